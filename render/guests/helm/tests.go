package main

import (
	"regexp"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
)

var (
	action    = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	elsewhere = regexp.MustCompile(`\b(include|template|tpl|toYaml)\b`)
	separator = regexp.MustCompile(`(?m)^---.*$`)
	kind      = regexp.MustCompile(`(?m)^kind:`)
	test      = regexp.MustCompile(`(?m)helm\.sh/hook["']?\s*:\s*["']?test(-success|-failure)?["']?\s*\}*\s*$`)
)

// leaveOutTests takes away the templates of nothing but tests, which may call what no other may: only `helm test` would
// run what they render.
func leaveOutTests(c *chart.Chart) {
	var kept []*common.File
	for _, template := range c.Templates {
		if !strings.Contains(template.Name, "/tests/") || !areTests(string(template.Data)) {
			kept = append(kept, template)
		}
	}
	c.Templates = kept
	for _, dependency := range c.Dependencies() {
		leaveOutTests(dependency)
	}
}

// areTests is whether each document of the template is a test as it is written there, and nothing in it is for others.
func areTests(template string) bool {
	for _, document := range separator.Split(template, -1) {
		if strings.TrimSpace(action.ReplaceAllString(document, "")) == "" {
			if elsewhere.MatchString(document) {
				return false
			}
			continue
		}
		if len(kind.FindAllString(document, -1)) != 1 || !test.MatchString(document) {
			return false
		}
	}
	return !strings.Contains(template, "define") && !strings.Contains(template, "block")
}
