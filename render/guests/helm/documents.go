package main

import (
	"cmp"
	"slices"
	"strings"

	chart "helm.sh/helm/v4/pkg/chart/v2"
	release "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/release/v1/util"

	"signet.dev/render/guests/wire"
)

const notes = "NOTES.txt"

// documents are the chart's kinds, then its manifests in Helm's order, then its hooks in the order in which those of one
// event run.
func documents(chart *chart.Chart, rendered map[string]string) ([]wire.Document, error) {
	for template := range rendered {
		if strings.HasSuffix(template, notes) {
			delete(rendered, template)
		}
	}
	hooks, manifests, err := util.SortManifests(rendered, nil, util.InstallOrder)
	if err != nil {
		return nil, err
	}
	var documents []wire.Document
	for _, kind := range chart.CRDObjects() {
		documents = append(documents, wire.Document{Role: wire.CustomResourceDefinition, Source: kind.Filename, Text: kind.File.Data})
	}
	for _, manifest := range manifests {
		documents = append(documents, wire.Document{Role: wire.Manifest, Source: manifest.Name, Text: []byte(manifest.Content)})
	}
	slices.SortStableFunc(hooks, func(a, b *release.Hook) int {
		return cmp.Or(cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Name, b.Name))
	})
	for _, hook := range hooks {
		if facts := facts(hook); facts != nil {
			documents = append(documents, wire.Document{Role: wire.HookManifest, Source: hook.Path, Hook: facts, Text: []byte(hook.Manifest)})
		}
	}
	return documents, nil
}

// facts is nil for a test, which only `helm test` runs.
func facts(hook *release.Hook) *wire.Hook {
	facts := &wire.Hook{Weight: hook.Weight, Events: []string{}, DeletionPolicies: []string{}}
	for _, event := range hook.Events {
		if event != release.HookTest {
			facts.Events = append(facts.Events, event.String())
		}
	}
	if len(facts.Events) == 0 {
		return nil
	}
	for _, policy := range hook.DeletePolicies {
		facts.DeletionPolicies = append(facts.DeletionPolicies, policy.String())
	}
	return facts
}
