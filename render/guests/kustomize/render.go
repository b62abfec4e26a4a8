package main

import (
	"path"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"signet.dev/render/guests/wire"
)

// options are `KustomizeOptions` of the host.
type options struct {
	// Folder holds the kustomization, as the request's paths name it.
	Folder string `json:"folder"`
	// Unrestricted lets kustomizations read files beside and above their folders, of those in the request.
	Unrestricted bool `json:"unrestricted"`
	// Origins has each document say which file it came from.
	Origins bool `json:"origins"`
	// JSON asks for documents in JSON, of which the library makes its YAML.
	JSON bool `json:"json"`
}

type renderer struct{}

func (renderer) Render(bytes []byte) ([]wire.Document, error) {
	request, err := wire.DecodeRequest[options](bytes)
	if err != nil {
		return nil, err
	}
	return render(request)
}

func render(request wire.Request[options]) ([]wire.Document, error) {
	files := &readFiles{FileSystem: filesys.MakeFsInMemory()}
	for _, file := range request.Files {
		if err := files.WriteFile(path.Join("/", file.Path), file.Content); err != nil {
			return nil, err
		}
		files.nameSchemas = files.nameSchemas || namesSchema(file)
	}
	return build(files, request.Options)
}

func build(files *readFiles, options options) ([]wire.Document, error) {
	folder := path.Join("/", options.Folder)
	if files.nameSchemas {
		// In a process that has just begun, a schema of one's own stands in place of those that are built in.
		openapi.ResetOpenAPI()
	}
	stripOrigins := false
	if options.Origins {
		var err error
		if stripOrigins, err = askForOrigins(files, folder); err != nil {
			return nil, err
		}
	}
	resources, err := krusty.MakeKustomizer(library(options)).Run(files, folder)
	if err != nil {
		return nil, files.complaint(err)
	}
	return documents(resources, folder, stripOrigins, options.JSON)
}

func library(options options) *krusty.Options {
	library := krusty.MakeDefaultOptions()
	library.PluginConfig = types.DisabledPluginConfig()
	// What the program asks for unless told otherwise.
	library.Reorder = krusty.ReorderOptionUnspecified
	library.LoadRestrictions = types.LoadRestrictionsRootOnly
	if options.Unrestricted {
		library.LoadRestrictions = types.LoadRestrictionsNone
	}
	return library
}

func documents(resources resmap.ResMap, folder string, stripOrigins, asJSON bool) ([]wire.Document, error) {
	documents := make([]wire.Document, 0, resources.Size())
	for _, resource := range resources.Resources() {
		origin, err := resource.GetOrigin()
		if err != nil {
			return nil, err
		}
		if stripOrigins {
			if err := resource.SetOrigin(nil); err != nil {
				return nil, err
			}
		}
		printed := resource.AsYAML
		if asJSON {
			printed = resource.MarshalJSON
		}
		text, err := printed()
		if err != nil {
			return nil, err
		}
		documents = append(documents, wire.Document{Role: wire.Manifest, Source: source(origin, folder), Text: text})
	}
	return documents, nil
}
