package client

import (
	"errors"
	"regexp"
)

// tokenForm is that of a JSON Web Token; a line's end in it would be a header of its own.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)

// CheckToken tells whether token has the form of one, or is empty. Whether it lets anybody in, only a node can tell. The error does not show it.
func CheckToken(token string) error {
	if token != "" && !tokenForm.MatchString(token) {
		return errors.New("want a token as it was issued: three parts of A-Z a-z 0-9 - _ with dots between, and nothing around it")
	}
	return nil
}
