package main

import (
	"errors"
	"fmt"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"

	"signet.dev/render/guests/wire"
)

const (
	insteadOfRandom = "its result would be another one in each render; make the value once, seal it, and have the chart read it from there"
	insteadOfClock  = "a render has no clock, the same commit renders the same at any time; write the time into the values"
	insteadOfLookup = "a render asks no cluster; write what it would find into the values"
	insteadOfHost   = "a render knows no machine and no network; write it into the values"
)

// instead says for each function that must not be called what to do in its place.
var instead = map[string]string{
	"bcrypt":                   insteadOfRandom,
	"encryptAES":               insteadOfRandom,
	"genCA":                    insteadOfRandom,
	"genCAWithKey":             insteadOfRandom,
	"genPrivateKey":            insteadOfRandom,
	"genSelfSignedCert":        insteadOfRandom,
	"genSelfSignedCertWithKey": insteadOfRandom,
	"genSignedCert":            insteadOfRandom,
	"genSignedCertWithKey":     insteadOfRandom,
	"htpasswd":                 insteadOfRandom,
	"randAlpha":                insteadOfRandom,
	"randAlphaNum":             insteadOfRandom,
	"randAscii":                insteadOfRandom,
	"randBytes":                insteadOfRandom,
	"randInt":                  insteadOfRandom,
	"randNumeric":              insteadOfRandom,
	"shuffle":                  insteadOfRandom,
	"uuidv4":                   insteadOfRandom,

	"ago": insteadOfClock,
	"now": insteadOfClock,

	"lookup": insteadOfLookup,

	"env":           insteadOfHost,
	"expandenv":     insteadOfHost,
	"getHostByName": insteadOfHost,
}

// refusals remembers which function was called that must not be: the first ends the render.
type refusals struct{ function, reason string }

func (r *refusals) refuse(function, instead string) error {
	r.function, r.reason = function, fmt.Sprintf("%s is refused: %s", function, instead)
	return errors.New(r.reason)
}

// complaint tells of the refused call, if there was one, without what called what.
func (r *refusals) complaint(err error) *wire.Error {
	complaint := complaint(err)
	if r.function != "" {
		complaint.Refused, complaint.Message = r.function, r.reason
	}
	return complaint
}

// functions stand in the engine's place of those that must not be called, or not with everything.
func (r *refusals) functions() template.FuncMap {
	functions := template.FuncMap{}
	for name, instead := range instead {
		functions[name] = func(...any) (string, error) { return "", r.refuse(name, instead) }
	}
	r.datesOfTimes(functions)
	r.judgements(functions)
	return functions
}

// datesOfTimes lets dates be written of times alone: of anything else the library writes the present one.
func (r *refusals) datesOfTimes(functions template.FuncMap) {
	library := sprig.TxtFuncMap()
	inZone := library["dateInZone"].(func(string, any, string) string)
	round := library["durationRound"].(func(any) string)
	write := func(function, format string, date any, zone string) (string, error) {
		if !isTime(date) {
			return "", r.refuse(function, fmt.Sprintf("of a %T it would write the present time, and %s", date, insteadOfClock))
		}
		return inZone(format, date, zone), nil
	}
	const day = "2006-01-02"
	functions["date"] = func(format string, date any) (string, error) { return write("date", format, date, "Local") }
	functions["htmlDate"] = func(date any) (string, error) { return write("htmlDate", day, date, "Local") }
	functions["htmlDateInZone"] = func(date any, zone string) (string, error) {
		return write("htmlDateInZone", day, date, zone)
	}
	for _, name := range []string{"dateInZone", "date_in_zone"} {
		functions[name] = func(format string, date any, zone string) (string, error) {
			return write(name, format, date, zone)
		}
	}
	functions["durationRound"] = func(duration any) (string, error) {
		if _, ok := duration.(time.Time); ok {
			return "", r.refuse("durationRound", "of a time it would tell how long ago that is, and "+insteadOfClock)
		}
		return round(duration), nil
	}
}

func isTime(value any) bool {
	switch value.(type) {
	case time.Time, *time.Time, int, int32, int64:
		return true
	}
	return false
}
