package main

import (
	"encoding/json"
	"reflect"
	"regexp"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// judging functions make something else of a text for what stands in it. What a stand-in comes to says nothing of the
// value, and comes to the same with any other stand-in, so that no comparison of two renders finds it.
var judging = []string{
	"add", "add1", "add1f", "addf", "atoi", "ceil", "contains", "div", "divf", "duration", "float64", "floor", "hasPrefix",
	"hasSuffix", "int", "int64", "max", "maxf", "min", "minf", "mod", "mul", "mulf", "mustRegexFind", "mustRegexFindAll",
	"mustRegexMatch", "mustRegexReplaceAll", "mustRegexReplaceAllLiteral", "mustRegexSplit", "mustToDate", "regexFind",
	"regexFindAll", "regexMatch", "regexReplaceAll", "regexReplaceAllLiteral", "regexSplit", "replace", "round", "semver",
	"semverCompare", "seq", "split", "splitList", "splitn", "sub", "subf", "toDate", "toDecimal", "urlParse",
}

// standIn is what the host puts in a sealed value's place, in either of its renders, and nothing else.
var standIn = regexp.MustCompile(`^[A-Za-z]*signetsealed[a-z2-7]{32}$`)

const insteadOfJudging = "no renderer sees a sealed value, so it would judge what stands for it; seal the result instead, or keep the value in clear text"

// judgements stand in the place of functions that judge a text: of a sealed value they are refused.
func (r *refusals) judgements(functions template.FuncMap) {
	library := sprig.TxtFuncMap()
	for _, name := range judging {
		function := reflect.ValueOf(library[name])
		functions[name] = reflect.MakeFunc(function.Type(), func(given []reflect.Value) []reflect.Value {
			for _, value := range given {
				if isStandIn(value) {
					panic(r.refuse(name, insteadOfJudging))
				}
			}
			if function.Type().IsVariadic() {
				return function.CallSlice(given)
			}
			return function.Call(given)
		}).Interface()
	}
	// The engine's own, with what it makes of a text that it cannot read.
	for name, unmarshal := range map[string]func([]byte, any) error{
		"fromYaml": func(text []byte, into any) error { return yaml.Unmarshal(text, into) },
		"fromJson": json.Unmarshal,
	} {
		functions[name] = func(text string) (map[string]any, error) {
			read := map[string]any{}
			if standIn.MatchString(text) {
				return nil, r.refuse(name, insteadOfJudging)
			}
			if err := unmarshal([]byte(text), &read); err != nil {
				read["Error"] = err.Error()
			}
			return read, nil
		}
		list := name + "Array"
		functions[list] = func(text string) ([]any, error) {
			read := []any{}
			if standIn.MatchString(text) {
				return nil, r.refuse(list, insteadOfJudging)
			}
			if err := unmarshal([]byte(text), &read); err != nil {
				read = []any{err.Error()}
			}
			return read, nil
		}
	}
}

// isStandIn looks into what a template gives as a last argument, too, which is a list.
func isStandIn(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Interface:
		return isStandIn(value.Elem())
	case reflect.String:
		return standIn.MatchString(value.String())
	case reflect.Slice:
		for i := range value.Len() {
			if isStandIn(value.Index(i)) {
				return true
			}
		}
	}
	return false
}
