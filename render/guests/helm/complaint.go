package main

import (
	"errors"
	"regexp"
	"strconv"

	"signet.dev/render/guests/wire"
)

var (
	// The engine lists the templates that called each other, the innermost last: chart/templates/name.yaml:3:14. What
	// `tpl` was given has no slash in its name, and no place but that of the call.
	called = regexp.MustCompile(`(?m)(?:^|^template: | template: |at \()([^\s:()]+/[^\s:()]+):(\d+)(?::(\d+))?(?:$|[:)])`)
	// What does not parse is the output; the line would be one of that.
	unparsed = regexp.MustCompile(`^YAML parse error on ([^\s:]+):`)
	remote   = regexp.MustCompile(`failing loading "([^"]+)"`)
)

// complaint finds the place in what the library says.
func complaint(err error) *wire.Error {
	var placed *wire.Error
	if errors.As(err, &placed) {
		return placed
	}
	complaint := &wire.Error{Message: err.Error()}
	if found := remote.FindStringSubmatch(complaint.Message); found != nil {
		complaint.Message = "a schema refers to " + found[1] + ", which no render reads: put the definition into values.schema.json itself"
		return complaint
	}
	if found := unparsed.FindStringSubmatch(complaint.Message); found != nil {
		complaint.File = found[1]
		return complaint
	}
	if places := called.FindAllStringSubmatch(complaint.Message, -1); len(places) > 0 {
		place := places[len(places)-1]
		complaint.File = place[1]
		complaint.Line, _ = strconv.Atoi(place[2])
		// The engine counts bytes from 0.
		if column, err := strconv.Atoi(place[3]); err == nil {
			complaint.Column = column + 1
		}
	}
	return complaint
}
