package main

import "signet.dev/render/guests/wire"

// Warm has the library set up what it does at first use: expressions, schemas of schemas, tables of types.
func (renderer) Warm() error {
	_, err := answer(wire.Request[options]{
		Options: options{Release: "a", Namespace: "a", Values: []string{"a: {b: [1]}"}},
		Files: []wire.File{
			{Path: "Chart.yaml", Content: []byte("apiVersion: v2\nname: a\nversion: 0.1.0\n")},
			{Path: "values.yaml", Content: []byte("a: {b: [1, 2]}\n")},
			{Path: "values.schema.json", Content: []byte(`{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": {"a": {"type": "object"}}}`)},
			{Path: "templates/_a.tpl", Content: []byte(`{{- define "a" -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- end -}}`)},
			{Path: "templates/a.yaml", Content: []byte(`
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ include "a" . | quote }}}
data:
  {{- toYaml .Values.a | nindent 2 }}
  a: {{ tpl "{{ .Release.Name }}" . | b64enc }}
  b: {{ regexMatch "a+" "aa" }}
  c: {{ semverCompare ">=1.2" .Capabilities.KubeVersion.Version }}
`)},
		},
	})
	return err
}
