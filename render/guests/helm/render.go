package main

import (
	"bytes"
	"fmt"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"

	"signet.dev/render/guests/wire"
)

// options are `HelmOptions` of the host.
type options struct {
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// KubeVersion and APIVersions are the cluster's; Helm's own where they are left out.
	KubeVersion string   `json:"kubeVersion"`
	APIVersions []string `json:"apiVersions"`
	// Values are files of values: a later one has its way.
	Values []string `json:"values"`
	// LastKeys asks for JSON in place of a manifest in which a key stands twice, with the last of them.
	LastKeys bool `json:"lastKeys"`
	// Archive says that the one file is an archive of the chart, of which `.helmignore` leaves nothing out.
	Archive bool `json:"archive"`
}

type renderer struct{}

func (renderer) Render(bytes []byte) ([]wire.Document, error) {
	request, err := wire.DecodeRequest[options](bytes)
	if err != nil {
		return nil, err
	}
	return answer(request)
}

func answer(request wire.Request[options]) ([]wire.Document, error) {
	chart, err := load(request)
	if err != nil {
		return nil, complaint(err)
	}
	refusals := &refusals{}
	documents, err := render(chart, request.Options, refusals)
	if err != nil {
		return nil, refusals.complaint(err)
	}
	return documents, nil
}

// render takes the steps of Helm's install, up to where it would ask the cluster.
func render(chart *chart.Chart, options options, refusals *refusals) ([]wire.Document, error) {
	if err := chartutil.ValidateReleaseName(options.Release); err != nil {
		return nil, fmt.Errorf("release name %q: %w", options.Release, err)
	}
	given, err := values(options.Values)
	if err != nil {
		return nil, err
	}
	capabilities, err := capabilities(options)
	if err != nil {
		return nil, err
	}
	if err := chartutil.ProcessDependencies(chart, given); err != nil {
		return nil, fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	release := common.ReleaseOptions{Name: options.Release, Namespace: options.Namespace, Revision: 1, IsInstall: true}
	seen, err := util.ToRenderValues(chart, given, release, capabilities)
	if err != nil {
		return nil, err
	}
	if wanted := chart.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, capabilities.KubeVersion.String()) {
		return nil, fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s", wanted, capabilities.KubeVersion.Version)
	}
	engine := engine.Engine{CustomTemplateFuncs: refusals.functions()}
	rendered, err := engine.Render(chart, seen)
	if err != nil {
		return nil, err
	}
	documents, err := documents(chart, rendered)
	if err == nil && options.LastKeys {
		withLastKeys(documents)
	}
	return documents, err
}

func values(files []string) (map[string]any, error) {
	merged := map[string]any{}
	for i, file := range files {
		values, err := loader.LoadValues(bytes.NewReader([]byte(file)))
		if err != nil {
			return nil, fmt.Errorf("reading values %d: %w", i+1, err)
		}
		merged = loader.MergeMaps(merged, values)
	}
	return merged, nil
}

func capabilities(options options) (*common.Capabilities, error) {
	capabilities := common.DefaultCapabilities.Copy()
	if options.KubeVersion != "" {
		version, err := common.ParseKubeVersion(options.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("version %q of Kubernetes: %w", options.KubeVersion, err)
		}
		capabilities.KubeVersion = *version
	}
	if options.APIVersions != nil {
		capabilities.APIVersions = options.APIVersions
	}
	return capabilities, nil
}
