// Package scheme lists the versions of APIs that the client knows.
package scheme

// Scheme is what charts see as the capabilities of a cluster that nobody was asked about: what the real client knows, which
// a test compares with what the real Helm tells its charts.
var Scheme = &Versions{}

func init() {
	for _, group := range groups {
		for _, version := range group.versions {
			Scheme.Add(group.name, version)
		}
	}
}

var groups = []struct {
	name     string
	versions []string
}{
	{"", []string{"v1"}},
	{"admissionregistration.k8s.io", []string{"v1", "v1alpha1", "v1beta1"}},
	{"internal.apiserver.k8s.io", []string{"v1alpha1"}},
	{"apps", []string{"v1", "v1beta1", "v1beta2"}},
	{"authentication.k8s.io", []string{"v1", "v1alpha1", "v1beta1"}},
	{"authorization.k8s.io", []string{"v1", "v1beta1"}},
	{"autoscaling", []string{"v1", "v2"}},
	{"batch", []string{"v1", "v1beta1"}},
	{"certificates.k8s.io", []string{"v1", "v1beta1", "v1alpha1"}},
	{"coordination.k8s.io", []string{"v1alpha2", "v1beta1", "v1"}},
	{"discovery.k8s.io", []string{"v1", "v1beta1"}},
	{"events.k8s.io", []string{"v1", "v1beta1"}},
	{"extensions", []string{"v1beta1"}},
	{"flowcontrol.apiserver.k8s.io", []string{"v1", "v1beta1", "v1beta2", "v1beta3"}},
	{"lifecycle.k8s.io", []string{"v1alpha1"}},
	{"networking.k8s.io", []string{"v1", "v1beta1"}},
	{"node.k8s.io", []string{"v1", "v1alpha1", "v1beta1"}},
	{"policy", []string{"v1", "v1beta1"}},
	{"rbac.authorization.k8s.io", []string{"v1", "v1beta1", "v1alpha1"}},
	{"resource.k8s.io", []string{"v1", "v1beta2", "v1beta1", "v1alpha3"}},
	{"scheduling.k8s.io", []string{"v1alpha3", "v1beta1", "v1"}},
	{"storage.k8s.io", []string{"v1beta1", "v1", "v1alpha1"}},
	{"storagemigration.k8s.io", []string{"v1", "v1beta1"}},
}

// Versions are groups with their versions, in the order in which they were added.
type Versions struct{ known []GroupVersion }

// GroupVersion is a version of an API.
type GroupVersion struct{ Group, Version string }

// String is the version as manifests write it.
func (v GroupVersion) String() string {
	if v.Group == "" {
		return v.Version
	}
	return v.Group + "/" + v.Version
}

// Add appends a version.
func (v *Versions) Add(group, version string) {
	v.known = append(v.known, GroupVersion{group, version})
}

// PrioritizedVersionsAllGroups are all versions.
func (v *Versions) PrioritizedVersionsAllGroups() []GroupVersion { return v.known }
