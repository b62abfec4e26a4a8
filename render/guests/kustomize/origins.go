package main

import (
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

const buildMetadata = "buildMetadata"

// askForOrigins adds the annotations about origins to what the folder's kustomization asks for, and returns whether they
// were not asked for and must go again.
func askForOrigins(files filesys.FileSystem, folder string) (added bool, err error) {
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		file := path.Join(folder, name)
		if !files.Exists(file) {
			continue
		}
		content, err := files.ReadFile(file)
		if err != nil {
			return false, err
		}
		changed, err := withOrigins(content)
		if err != nil || changed == nil {
			// The library says what is wrong with it.
			return false, nil
		}
		return true, files.WriteFile(file, changed)
	}
	return false, nil
}

// withOrigins returns the kustomization with the annotations asked for, or nothing if it asks for them itself.
func withOrigins(kustomization []byte) ([]byte, error) {
	document, err := yaml.Parse(string(kustomization))
	if err != nil {
		return nil, err
	}
	wanted, err := document.GetSlice(buildMetadata)
	if err != nil {
		wanted = nil
	}
	if slices.Contains(wanted, any(types.OriginAnnotations)) {
		return nil, nil
	}
	wanted = append(wanted, types.OriginAnnotations)
	values := make([]string, 0, len(wanted))
	for _, value := range wanted {
		values = append(values, fmt.Sprint(value))
	}
	if err := document.PipeE(yaml.SetField(buildMetadata, yaml.NewListRNode(values...))); err != nil {
		return nil, err
	}
	text, err := document.String()
	return []byte(text), err
}

// source is the file of the request that a resource came from.
func source(origin *resource.Origin, folder string) string {
	if origin == nil || origin.Repo != "" {
		return ""
	}
	file := origin.Path
	if file == "" {
		file = origin.ConfiguredIn
	}
	if file == "" {
		return ""
	}
	return path.Join(folder, file)[1:]
}
