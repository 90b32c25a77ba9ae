package book

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

	"example.com/redis-chat/workbook/markdown"
)

// links knows where a text's links lead in the book.
type links struct {
	root  string // the repository
	base  string // the way from the page's folder to root, with slashes, such as ".."
	texts map[string]*chapter
}

var (
	errNoFile    = errors.New("there is no such file")
	errNoHeading = errors.New("there is no such heading")
	errOutside   = errors.New("leads out of the repository")
)

func (l links) options(from *chapter) markdown.Options {
	return markdown.Options{
		Link:  func(target string) (string, string, error) { return l.link(from, target) },
		Image: func(target string) (string, error) { return l.image(from, target) },
		ID:    func(anchor string) string { return from.ID + "--" + anchor },
	}
}

// link returns the address of a target: an anchor of the page where the target is a text of the book, else the file in
// the repository, whose path is the title. Other servers' addresses stay, and are not looked at.
func (l links) link(from *chapter, target string) (address, title string, err error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", "", err
	}
	if u.Scheme != "" || u.Host != "" {
		return target, "", nil
	}
	name, err := l.file(from, u.Path)
	if err != nil {
		return "", "", err
	}
	to := l.texts[name]
	if to == nil {
		to = l.texts[path.Join(name, "README.md")]
	}
	switch {
	case to == nil:
		u.Path = path.Join(l.base, name)
		return u.String(), name, nil
	case u.Fragment == "":
		return "#" + to.ID, "", nil
	case !to.Anchors.Has(u.Fragment):
		return "", "", errNoHeading
	}
	return "#" + to.ID + "--" + u.Fragment, "", nil
}

// image returns a picture as a data URI.
func (l links) image(from *chapter, target string) (string, error) {
	name, err := l.file(from, target)
	if err != nil {
		return "", err
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if !strings.HasPrefix(kind, "image/") {
		return "", fmt.Errorf("%s is no picture", name)
	}
	picture, err := os.ReadFile(filepath.Join(l.root, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(picture), nil
}

// file returns the file's name that a relative path leads to.
func (l links) file(from *chapter, target string) (string, error) {
	if target == "" {
		return from.Name, nil
	}
	name := path.Join(path.Dir(from.Name), target)
	if path.IsAbs(target) || name == ".." || strings.HasPrefix(name, "../") {
		return "", errOutside
	}
	if _, err := os.Stat(filepath.Join(l.root, filepath.FromSlash(name))); err != nil {
		return "", errNoFile
	}
	return name, nil
}
