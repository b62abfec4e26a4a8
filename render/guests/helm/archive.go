package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"helm.sh/helm/v4/pkg/chart/loader/archive"

	"signet.dev/render/guests/wire"
)

// unpacked are the files of the one archive in a request. Helm's own checks keep their paths below the chart and their
// size bounded.
func unpacked(files []wire.File) ([]*archive.BufferedFile, error) {
	if len(files) != 1 {
		return nil, fmt.Errorf("%d files for one archive", len(files))
	}
	packed := files[0]
	failed := func(err error) error { return &wire.Error{File: packed.Path, Message: err.Error()} }
	if err := refuseLinks(packed.Content); err != nil {
		return nil, failed(err)
	}
	unpacked, err := archive.LoadArchiveFiles(bytes.NewReader(packed.Content))
	if err != nil {
		return nil, failed(err)
	}
	return unpacked, nil
}

// refuseLinks refuses what is neither file nor folder, of which Helm makes an empty file.
func refuseLinks(packed []byte) error {
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("no archive of a chart: %w", err)
	}
	entries := tar.NewReader(io.LimitReader(unzipped, archive.MaxDecompressedChartSize))
	for {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			// What is beyond the limit is for Helm to refuse.
			return nil
		}
		if err != nil {
			return fmt.Errorf("no archive of a chart: %w", err)
		}
		switch entry.Typeflag {
		case tar.TypeReg, tar.TypeDir, tar.TypeXGlobalHeader, tar.TypeXHeader:
		default:
			return fmt.Errorf("%q is neither a file nor a folder", entry.Name)
		}
	}
}
