package main

import (
	"sigs.k8s.io/yaml"

	"signet.dev/render/guests/wire"
)

// withLastKeys has JSON in the place of each manifest in which a key stands twice, as Helm makes it when it installs them:
// the last one counts. What is no YAML stays as it is, for the host to say so.
func withLastKeys(documents []wire.Document) {
	for i := range documents {
		document := &documents[i]
		if document.Role == wire.CustomResourceDefinition {
			continue
		}
		if _, err := yaml.YAMLToJSONStrict(document.Text); err == nil {
			continue
		} else if text, lenient := yaml.YAMLToJSON(document.Text); lenient == nil {
			document.Text, document.Repeated = text, err.Error()
		}
	}
}
