//! The modules, and what is known of their charts.

use signet_tests::tools::PinnedModule;

/// A module of Go, and the folders of charts in it.
pub(super) struct Module {
    pub(super) module: PinnedModule,
    pub(super) charts: &'static [&'static str],
}

const fn module(
    path: &'static str,
    version: &'static str,
    sum: &'static str,
    charts: &'static [&'static str],
) -> Module {
    Module {
        module: PinnedModule { path, version, sum },
        charts,
    }
}

/// A chart, and a function that it calls with one of the sets of values: Helm answers, with another result each time or
/// that of a cluster, and a render refuses.
pub(super) type Called = (&'static str, &'static str);

/// What differs, and why.
pub(super) const CALLED: [Called; 1] = [(
    "github.com/kyverno/kyverno charts/kyverno-policies",
    "lookup",
)];

pub(super) const EXTERNAL_DNS: Module = module(
    "sigs.k8s.io/external-dns",
    "v0.20.0",
    "h1:rJ4Q5c32NStvI8J+u2nyM4bcKxZG4g1NLPL0p994U9M=",
    &["charts/external-dns"],
);

pub(super) const MODULES: &[Module] = &[
    module(
        "k8s.io/cloud-provider-aws",
        "v1.37.1",
        "h1:JAMF2Wp+/1Oeu/nonQAemEwSCQoW6mXlt273yyTM3dc=",
        &["charts/aws-cloud-controller-manager"],
    ),
    module(
        "k8s.io/ingress-nginx",
        "v0.0.0-20240708192948-52c50467d67d",
        "h1:tZui5g6S4GO1hxLm6yrEoIXLkl4QfeGytlmZqZ+DmdQ=",
        &["charts/ingress-nginx"],
    ),
    module(
        "go.universe.tf/metallb",
        "v0.16.2",
        "h1:RCSAGoZmqcvTg0e56+Okbwz8iTuQVX30JpKX5mYEPUM=",
        &["charts/metallb"],
    ),
    module(
        "sigs.k8s.io/kueue",
        "v0.17.0",
        "h1:7hzb38M4eKGzYW+CFv2s1L+swzzacUCHOCXxZmAV90I=",
        &["charts/kueue"],
    ),
    EXTERNAL_DNS,
    module(
        "sigs.k8s.io/kube-network-policies",
        "v0.8.0",
        "h1:dzecRNzdmg+VmHEQWTIjxnCgf412J+8CKHqbKgCiWkk=",
        &["charts/kube-network-policies"],
    ),
    module(
        "sigs.k8s.io/metrics-server",
        "v0.9.0",
        "h1:nlqqZ2H0Xfko8eJC/1qaNVVT17hu4rxndkOi22KTZ4w=",
        &["charts/metrics-server"],
    ),
    module(
        "sigs.k8s.io/descheduler",
        "v0.36.0",
        "h1:fBemfJD1RhmbsdH94lKwGMOwQcbsrw67A5IK2c2fANA=",
        &["charts/descheduler"],
    ),
    module(
        "sigs.k8s.io/kwok",
        "v0.8.0",
        "h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=",
        &["charts/kwok", "charts/metrics-usage", "charts/stage-fast"],
    ),
    module(
        "istio.io/istio",
        "v0.0.0-20260827124520-eed52ebb66ad",
        "h1:ui9TJjRMAV/hb5ehQaZDq7IUGxuQP6dra9lapT/VjHI=",
        &[
            "manifests/charts/istio-control/istio-discovery",
            "manifests/charts/gateway",
            "manifests/charts/ztunnel",
            "manifests/charts/default",
            "manifests/charts/base",
            "manifests/charts/gateways/istio-ingress",
            "manifests/charts/gateways/istio-egress",
            "manifests/charts/istio-cni",
        ],
    ),
    module(
        "github.com/fluxcd/flagger",
        "v1.36.1",
        "h1:X2PumtNwZz9YSGaOtZLFm2zAKLgHhFkbNv8beg7ifyc=",
        &[
            "charts/loadtester",
            "charts/flagger",
            "charts/grafana",
            "charts/podinfo",
        ],
    ),
    module(
        "github.com/bitnami-labs/sealed-secrets",
        "v0.40.0",
        "h1:rvCP35JL8ZV5LNA2SrwNR6iLyoM3ulrSFWN0lBtYEYI=",
        &["helm/sealed-secrets"],
    ),
    module(
        "github.com/metallb/frr-k8s",
        "v0.0.21",
        "h1:JLlCeXVlW5BLVdPy2u5sS9UCVlnK9x2vzWbIkxb8Atk=",
        &["charts/frr-k8s"],
    ),
    module(
        "github.com/kyverno/kyverno",
        "v1.19.1",
        "h1:/MkgFii3/VlQfKR1JpC9tVwNNVNQTt2S4U6qCsafsTU=",
        &["charts/kyverno-policies"],
    ),
    module(
        "github.com/stefanprodan/podinfo",
        "v1.8.1-0.20250910200901-e86405a8674e",
        "h1:ikpMMm5HbQT/1DehrPM+Lpwk3WAw/1Hg540eR+jsXus=",
        &["charts/podinfo"],
    ),
    module(
        "github.com/open-policy-agent/gatekeeper/v3",
        "v3.23.1",
        "h1:njHTm0SJ6ZEhhEgmQTpJKTGQbc99fSs4hGiEp1OIKck=",
        &["charts/gatekeeper"],
    ),
    module(
        "github.com/cert-manager/cert-manager",
        "v1.21.2",
        "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
        &[
            "deploy/charts/cert-manager",
            "make/config/pebble/chart",
            "make/config/samplewebhook/chart",
        ],
    ),
    module(
        "github.com/k8snetworkplumbingwg/whereabouts",
        "v0.9.2",
        "h1:M/LhO2FwXN4C3WPkD0FoT6JACraSW4XrU7mxX9xZd8o=",
        &["deployment/whereabouts-chart"],
    ),
];
