package prepare

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"example.com/redis-chat/workbook/book"
	"example.com/redis-chat/workbook/slides"
)

// The folders on a stick.
const (
	repository = "redis-chat" // as it is committed, without its history
	modules    = "modules"    // for GOPROXY=file://…
)

// copyRepository puts the files of the last commit on the stick, in place of an older copy: a plain folder, which
// anybody can take without git.
func (o Options) copyRepository(ctx context.Context) error {
	// A checkout may belong to another user, as in a container.
	archive, err := o.output(ctx, ".", nil, "git", "-c", "safe.directory=*", "archive", "--format=tar", "--prefix="+repository+"/", "HEAD")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Stick, 0o755); err != nil {
		return err
	}
	stick, err := os.OpenRoot(o.Stick)
	if err != nil {
		return err
	}
	defer stick.Close()
	if err := stick.RemoveAll(repository); err != nil {
		return err
	}
	for r := tar.NewReader(strings.NewReader(archive)); ; {
		header, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read git's archive: %w", err)
		case header.Typeflag == tar.TypeDir:
			err = stick.MkdirAll(strings.TrimSuffix(header.Name, "/"), 0o755)
		case header.Typeflag == tar.TypeReg:
			err = writeFile(stick, header, r)
		}
		if err != nil {
			return err
		}
	}
}

func writeFile(stick *os.Root, header *tar.Header, r io.Reader) error {
	f, err := stick.OpenFile(header.Name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, header.FileInfo().Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// copyModules puts what the copied repository needs on the stick, in the form of a module proxy: only that, and not all
// that this machine's cache holds.
func (o Options) copyModules(ctx context.Context) error {
	cache, err := o.output(ctx, ".", nil, "go", "env", "GOMODCACHE")
	if err != nil {
		return err
	}
	flags, err := o.output(ctx, ".", nil, "go", "env", "GOFLAGS")
	if err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(o.Stick, "fresh-") // on the stick: it is moved, not copied again
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	stick := Options{Root: filepath.Join(o.Stick, repository), env: []string{
		"GOMODCACHE=" + fresh,
		"GOPROXY=" + fileURL(filepath.Join(strings.TrimSpace(cache), "cache", "download")),
		"GOFLAGS=" + strings.TrimSpace(strings.TrimSpace(flags)+" -modcacherw"), // or fresh cannot be removed
	}}
	if err := stick.download(ctx); err != nil {
		return err
	}
	to := filepath.Join(o.Stick, modules)
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.Rename(filepath.Join(fresh, "cache", "download"), to)
}

// fileURL makes GOPROXY of a folder, also of C:\modules.
func fileURL(folder string) string {
	folder = filepath.ToSlash(folder)
	if !strings.HasPrefix(folder, "/") {
		folder = "/" + folder
	}
	return "file://" + folder
}

// pages writes the workbook and the slides. Their links to source files lead into the copy on the stick.
func (o Options) pages(context.Context) error {
	root := filepath.Join(o.Stick, repository)
	for name, write := range map[string]func(io.Writer, string, string) error{"workbook.html": book.Write, "slides.html": slides.Write} {
		var page bytes.Buffer
		if err := write(&page, root, o.Stick); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.Stick, name), page.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
