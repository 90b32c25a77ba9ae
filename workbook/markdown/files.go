package markdown

import (
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Files are what a text's links can lead to: the repository, seen from the folder that the page will be in.
type Files struct {
	Root string // the repository's folder
	Base string // the way from the page's folder to Root, with slashes, such as ".."
}

var (
	errNoFile  = errors.New("there is no such file")
	errOutside = errors.New("leads out of the repository")
)

// Find returns the path, from the repository's root, that a link of the text from leads to. An empty link leads to the
// text itself. The error is what is wrong with the link, without the link.
func (f Files) Find(from, target string) (name string, err error) {
	if target == "" {
		return from, nil
	}
	name = path.Join(path.Dir(from), target)
	if path.IsAbs(target) || name == ".." || strings.HasPrefix(name, "../") {
		return "", errOutside
	}
	if _, err := os.Stat(filepath.Join(f.Root, filepath.FromSlash(name))); err != nil {
		return "", errNoFile
	}
	return name, nil
}

// Address returns the page's address of a file or folder in the repository.
func (f Files) Address(name, fragment string) string {
	u := url.URL{Path: path.Join(f.Base, name), Fragment: fragment}
	return u.String()
}

// Link is Options.Link for a page without other texts: each file is where the repository has it. Other servers'
// addresses stay, and are not looked at.
func (f Files) Link(from, target string) (address, title string, err error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", "", err
	}
	if u.Scheme != "" || u.Host != "" {
		return target, "", nil
	}
	name, err := f.Find(from, u.Path)
	if err != nil {
		return "", "", err
	}
	return f.Address(name, u.Fragment), name, nil
}

// Image is Options.Image: the picture as a data URI.
func (f Files) Image(from, target string) (address string, err error) {
	name, err := f.Find(from, target)
	if err != nil {
		return "", err
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if !strings.HasPrefix(kind, "image/") {
		return "", fmt.Errorf("%s is no picture", name)
	}
	picture, err := os.ReadFile(filepath.Join(f.Root, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(picture), nil
}
