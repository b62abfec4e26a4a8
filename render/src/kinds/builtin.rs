//! The kinds of Kubernetes itself, as `kubectl api-resources` lists them; what cannot be stored is left out.

use super::{Gvk, ResourceKind};

/// One kind: its `apiVersion`, kind, plural and scope.
pub(super) struct Row(&'static str, &'static str, &'static str, Scope);

enum Scope {
    Cluster,
    Namespaced,
}
use Scope::{Cluster, Namespaced};

impl Row {
    pub(super) fn entry(&self) -> (Gvk, ResourceKind) {
        let Self(api_version, kind, plural, scope) = self;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let gvk = Gvk {
            group: group.into(),
            version: version.into(),
            kind: (*kind).into(),
        };
        let resource = ResourceKind {
            plural: (*plural).into(),
            namespaced: matches!(scope, Namespaced),
        };
        (gvk, resource)
    }
}

#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    Row("v1", "ConfigMap", "configmaps", Namespaced),
    Row("v1", "Endpoints", "endpoints", Namespaced),
    Row("v1", "LimitRange", "limitranges", Namespaced),
    Row("v1", "Namespace", "namespaces", Cluster),
    Row("v1", "Node", "nodes", Cluster),
    Row("v1", "PersistentVolume", "persistentvolumes", Cluster),
    Row("v1", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced),
    Row("v1", "Pod", "pods", Namespaced),
    Row("v1", "PodTemplate", "podtemplates", Namespaced),
    Row("v1", "ReplicationController", "replicationcontrollers", Namespaced),
    Row("v1", "ResourceQuota", "resourcequotas", Namespaced),
    Row("v1", "Secret", "secrets", Namespaced),
    Row("v1", "Service", "services", Namespaced),
    Row("v1", "ServiceAccount", "serviceaccounts", Namespaced),
    Row("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", Cluster),
    Row("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", Cluster),
    Row("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", Cluster),
    Row("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", Cluster),
    Row("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", Cluster),
    Row("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", Cluster),
    Row("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", Cluster),
    Row("apiregistration.k8s.io/v1", "APIService", "apiservices", Cluster),
    Row("apps/v1", "ControllerRevision", "controllerrevisions", Namespaced),
    Row("apps/v1", "DaemonSet", "daemonsets", Namespaced),
    Row("apps/v1", "Deployment", "deployments", Namespaced),
    Row("apps/v1", "ReplicaSet", "replicasets", Namespaced),
    Row("apps/v1", "StatefulSet", "statefulsets", Namespaced),
    Row("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", Namespaced),
    Row("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", Namespaced),
    Row("batch/v1", "CronJob", "cronjobs", Namespaced),
    Row("batch/v1", "Job", "jobs", Namespaced),
    Row("certificates.k8s.io/v1", "CertificateSigningRequest", "certificatesigningrequests", Cluster),
    Row("coordination.k8s.io/v1", "Lease", "leases", Namespaced),
    Row("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", Namespaced),
    Row("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "flowschemas", Cluster),
    Row("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", "prioritylevelconfigurations", Cluster),
    Row("networking.k8s.io/v1", "IPAddress", "ipaddresses", Cluster),
    Row("networking.k8s.io/v1", "Ingress", "ingresses", Namespaced),
    Row("networking.k8s.io/v1", "IngressClass", "ingressclasses", Cluster),
    Row("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", Namespaced),
    Row("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs", Cluster),
    Row("node.k8s.io/v1", "RuntimeClass", "runtimeclasses", Cluster),
    Row("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", Namespaced),
    Row("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", Cluster),
    Row("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", Cluster),
    Row("rbac.authorization.k8s.io/v1", "Role", "roles", Namespaced),
    Row("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", Namespaced),
    Row("resource.k8s.io/v1", "DeviceClass", "deviceclasses", Cluster),
    Row("resource.k8s.io/v1", "ResourceClaim", "resourceclaims", Namespaced),
    Row("resource.k8s.io/v1", "ResourceClaimTemplate", "resourceclaimtemplates", Namespaced),
    Row("resource.k8s.io/v1", "ResourceSlice", "resourceslices", Cluster),
    Row("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", Cluster),
    Row("storage.k8s.io/v1", "CSIDriver", "csidrivers", Cluster),
    Row("storage.k8s.io/v1", "CSINode", "csinodes", Cluster),
    Row("storage.k8s.io/v1", "CSIStorageCapacity", "csistoragecapacities", Namespaced),
    Row("storage.k8s.io/v1", "StorageClass", "storageclasses", Cluster),
    Row("storage.k8s.io/v1", "VolumeAttachment", "volumeattachments", Cluster),
    Row("storage.k8s.io/v1", "VolumeAttributesClass", "volumeattributesclasses", Cluster),
];
