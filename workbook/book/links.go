package book

import (
	"errors"
	"net/url"
	"path"

	"example.com/redis-chat/workbook/markdown"
)

// links knows where a text's links lead in the book.
type links struct {
	markdown.Files
	texts map[string]*chapter
}

var errNoHeading = errors.New("there is no such heading")

func (l links) options(from *chapter) markdown.Options {
	return markdown.Options{
		Link:  func(target string) (string, string, error) { return l.link(from, target) },
		Image: func(target string) (string, error) { return l.Image(from.Name, target) },
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
	name, err := l.Find(from.Name, u.Path)
	if err != nil {
		return "", "", err
	}
	to := l.texts[name]
	if to == nil {
		to = l.texts[path.Join(name, "README.md")]
	}
	switch {
	case to == nil:
		return l.Address(name, u.Fragment), name, nil
	case u.Fragment == "":
		return "#" + to.ID, "", nil
	case !to.Anchors.Has(u.Fragment):
		return "", "", errNoHeading
	}
	return "#" + to.ID + "--" + u.Fragment, "", nil
}
