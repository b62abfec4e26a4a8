// Kubectl is kubectl itself, of the version in go.mod, which the tests compare
// our reading of YAML with.
//
// Kubectl reads objects alone. The first argument "to-json" has it read any
// YAML, values of charts for instance: for each path on standard input there is
// a line with what its decoder makes of the documents, or with its complaint.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "to-json" {
		if err := toJSON(os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}

// reading is what the decoder made of a file.
type reading struct {
	Documents []json.RawMessage `json:"documents"`
	Error     string            `json:"error,omitempty"`
}

func toJSON(paths io.Reader, readings io.Writer) error {
	lines := bufio.NewScanner(paths)
	encoder := json.NewEncoder(readings)
	for lines.Scan() {
		file, err := os.Open(lines.Text())
		if err != nil {
			return err
		}
		if err := encoder.Encode(read(file)); err != nil {
			return err
		}
		_ = file.Close()
	}
	return lines.Err()
}

func read(file io.Reader) reading {
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4096)
	documents := []json.RawMessage{}
	for {
		var document json.RawMessage
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return reading{Documents: documents}
		}
		if err != nil {
			return reading{Documents: documents, Error: err.Error()}
		}
		documents = append(documents, document)
	}
}
