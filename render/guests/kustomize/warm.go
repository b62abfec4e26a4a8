package main

import "signet.dev/render/guests/wire"

// Warm has the library parse its schemas and set up what its transformers share.
func (renderer) Warm() error {
	_, err := render(wire.Request[options]{Files: []wire.File{
		{Path: "kustomization.yaml", Content: []byte(`
resources: [objects.yaml]
namePrefix: a-
namespace: a
patches: [{path: patch.yaml}]
images: [{name: a, newTag: b}]
configMapGenerator: [{name: a, literals: [a=b]}]
secretGenerator: [{name: a, literals: [a=b]}]
labels: [{pairs: {a: b}}]
commonAnnotations: {a: b}
replicas: [{name: a, count: 2}]
`)},
		{Path: "objects.yaml", Content: []byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {template: {spec: {containers: [{name: a, image: a}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: a}
`)},
		{Path: "patch.yaml", Content: []byte(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: a}]}]}}}
`)},
	}})
	return err
}
