// Package wire reads requests and writes answers, in the format that WIRE.md describes.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// File is a file of a request.
type File struct {
	Path    string
	Content []byte
}

// Request is what the host asks for.
type Request[Options any] struct {
	Options Options
	Files   []File
}

// Document is one YAML document of an answer.
type Document struct {
	Role Role `json:"role"`
	// Source is the file or template it came from, where that is known.
	Source string `json:"source,omitempty"`
	Hook   *Hook  `json:"hook,omitempty"`
	// Repeated says which keys stand twice in it, where it is JSON for that.
	Repeated string `json:"repeated,omitempty"`
	Bytes    int    `json:"bytes"`
	Text     []byte `json:"-"`
}

// Role says what a document is to the renderer.
type Role string

// The roles of documents.
const (
	Manifest                 Role = "manifest"
	CustomResourceDefinition Role = "crd"
	HookManifest             Role = "hook"
)

// Hook says when Helm runs a manifest, and when it removes what it made.
type Hook struct {
	Events           []string `json:"events"`
	Weight           int      `json:"weight"`
	DeletionPolicies []string `json:"deletionPolicies"`
}

// Error is a complaint about what was to be rendered.
type Error struct {
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	// Refused is the function of a template that must not be called.
	Refused string `json:"refused,omitempty"`
}

func (e *Error) Error() string { return e.Message }

const (
	statusDocuments = 0
	statusError     = 1
)

var errShort = errors.New("the request ends early")

// DecodeRequest reads a request; its files share the memory of `bytes`.
func DecodeRequest[Options any](bytes []byte) (Request[Options], error) {
	var request Request[Options]
	options, rest, err := field(bytes)
	if err != nil {
		return request, err
	}
	if err := json.Unmarshal(options, &request.Options); err != nil {
		return request, fmt.Errorf("reading the options: %w", err)
	}
	for len(rest) > 0 {
		var path, content []byte
		if path, rest, err = field(rest); err != nil {
			return request, err
		}
		if content, rest, err = field(rest); err != nil {
			return request, err
		}
		request.Files = append(request.Files, File{string(path), content})
	}
	return request, nil
}

func field(bytes []byte) (content, rest []byte, err error) {
	if len(bytes) < 4 {
		return nil, nil, errShort
	}
	length := uint64(binary.LittleEndian.Uint32(bytes))
	bytes = bytes[4:]
	if uint64(len(bytes)) < length {
		return nil, nil, errShort
	}
	return bytes[:length:length], bytes[length:], nil
}

// EncodeAnswer writes documents, or else what was wrong.
func EncodeAnswer(documents []Document, err error) []byte {
	if err != nil {
		complaint, ok := errors.AsType[*Error](err)
		if !ok {
			complaint = &Error{Message: err.Error()}
		}
		return answer(statusError, complaint, nil)
	}
	length := 0
	for i := range documents {
		documents[i].Bytes = len(documents[i].Text)
		length += documents[i].Bytes
	}
	texts := make([]byte, 0, length)
	for _, document := range documents {
		texts = append(texts, document.Text...)
	}
	if documents == nil {
		documents = []Document{}
	}
	return answer(statusDocuments, documents, texts)
}

func answer(status byte, head any, texts []byte) []byte {
	encoded, err := json.Marshal(head)
	if err != nil {
		panic(err)
	}
	bytes := make([]byte, 0, 1+4+len(encoded)+len(texts))
	bytes = append(bytes, status)
	bytes = binary.LittleEndian.AppendUint32(bytes, uint32(len(encoded)))
	bytes = append(bytes, encoded...)
	return append(bytes, texts...)
}
