package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"

	"signet.dev/render/guests/wire"
)

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// load reads the chart as Helm reads a folder, or an archive.
func load(request wire.Request[options]) (*chart.Chart, error) {
	read := inFolder
	if request.Options.Archive {
		read = unpacked
	}
	files, err := read(request.Files)
	if err != nil {
		return nil, err
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return nil, err
	}
	leaveOutTests(chart)
	return chart, installable(chart)
}

// inFolder are the files of a folder but for those that its `.helmignore` names.
func inFolder(files []wire.File) ([]*archive.BufferedFile, error) {
	rules, err := rules(files)
	if err != nil {
		return nil, err
	}
	var kept []*archive.BufferedFile
	for _, file := range files {
		if !ignores(rules, file.Path) {
			content := bytes.TrimPrefix(file.Content, byteOrderMark)
			kept = append(kept, &archive.BufferedFile{Name: file.Path, Data: content})
		}
	}
	return kept, nil
}

func rules(files []wire.File) (*ignore.Rules, error) {
	rules := ignore.Empty()
	for _, file := range files {
		if file.Path == ignore.HelmIgnore {
			parsed, err := ignore.Parse(bytes.NewReader(file.Content))
			if err != nil {
				return nil, err
			}
			rules = parsed
		}
	}
	rules.AddDefaults()
	return rules, nil
}

// ignores asks for the folders as well: where one is ignored, nothing in it is looked at.
func ignores(rules *ignore.Rules, file string) bool {
	for i, character := range file {
		if character == '/' && rules.Ignore(file[:i], entry{file[:i], true}) {
			return true
		}
	}
	return rules.Ignore(file, entry{file, false})
}

// entry is what rules ask of a file.
type entry struct {
	path   string
	folder bool
}

func (e entry) Name() string       { return path.Base(e.path) }
func (e entry) IsDir() bool        { return e.folder }
func (e entry) Size() int64        { return 0 }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) Sys() any           { return nil }
func (e entry) Mode() fs.FileMode {
	if e.folder {
		return fs.ModeDir
	}
	return 0
}

// installable is what Helm asks of a chart before it renders it.
func installable(c *chart.Chart) error {
	if version := c.Metadata.APIVersion; version != chart.APIVersionV1 && version != chart.APIVersionV2 {
		return fmt.Errorf("apiVersion %q of the chart is not supported", version)
	}
	if kind := c.Metadata.Type; kind != "" && kind != "application" {
		return fmt.Errorf("%s charts are not installable", kind)
	}
	if missing := missing(c); len(missing) > 0 {
		return errors.New("found in Chart.yaml, but missing in charts/ directory: " + strings.Join(missing, ", "))
	}
	return nil
}

func missing(c *chart.Chart) []string {
	vendored := map[string]bool{}
	for _, dependency := range c.Dependencies() {
		vendored[dependency.Name()] = true
	}
	var missing []string
	for _, dependency := range c.Metadata.Dependencies {
		if !vendored[dependency.Name] {
			missing = append(missing, dependency.Name)
		}
	}
	return missing
}
