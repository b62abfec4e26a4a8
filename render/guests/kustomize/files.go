package main

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"signet.dev/render/guests/wire"
)

// readFiles remembers which file was read last: the one that a complaint about YAML is about.
type readFiles struct {
	filesys.FileSystem
	last    string
	content []byte
	// nameSchemas is whether a kustomization among them may name a schema.
	nameSchemas bool
}

// namesSchema is whether the file is a kustomization that may have the field `openapi`, which an escape could hide.
func namesSchema(file wire.File) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), path.Base(file.Path)) &&
		(bytes.Contains(bytes.ToLower(file.Content), []byte("openapi")) || bytes.ContainsRune(file.Content, '\\'))
}

func (f *readFiles) ReadFile(path string) ([]byte, error) {
	content, err := f.FileSystem.ReadFile(path)
	if err == nil {
		f.last, f.content = path, content
	}
	return content, err
}

// What the library says of a file that it has just read.
var malformed = regexp.MustCompile(`MalformedYAMLError: (?:yaml: (?:unmarshal errors:\s+)?line (\d+):)?|invalid Kustomization: `)

func (f *readFiles) complaint(err error) *wire.Error {
	complaint := &wire.Error{Message: err.Error()}
	found := malformed.FindStringSubmatch(complaint.Message)
	if found == nil {
		return complaint
	}
	complaint.File = strings.TrimPrefix(f.last, "/")
	// The documents of a file are read one by one, each from line 1.
	if !bytes.Contains(f.content, []byte("\n---")) {
		complaint.Line, _ = strconv.Atoi(found[1])
	}
	return complaint
}
