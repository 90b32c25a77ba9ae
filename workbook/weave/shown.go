package weave

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// illustrations are the kinds of blocks that are only shown. What has a syntax is checked.
var illustrations = map[string]func(ctx context.Context, text string) error{
	"bytes":    nil, // of a message, with words beside them
	"conf":     nil, // of a program that is none of ours: redis.conf, haproxy.cfg, nginx.conf
	"diagram":  nil,
	"frames":   nil, // of a WebSocket, in both directions
	"log":      nil, // of a run that nobody can repeat: who writes it also says so
	"markdown": nil,
	"measured": nil, // figures of one run: they are others each time
	"sum":      nil, // a calculation in lines
	"tree":     nil,
	"go":       goSyntax,
	"js":       program("node", "--check", "-"),
	"json":     jsonSyntax,
	"sh":       program("sh", "-n"),
	"yaml":     yamlSyntax,
}

// errMissingProgram says that a syntax could not be checked here.
var errMissingProgram = errors.New("not checked")

func checkShown(ctx context.Context, kind, text string) error {
	check, ok := illustrations[kind]
	switch {
	case !ok:
		return fmt.Errorf("shown: %s: there is no such kind: want one of %s", kind, strings.Join(slices.Sorted(maps.Keys(illustrations)), ", "))
	case check == nil:
		return nil
	}
	if err := check(ctx, text); err != nil && !errors.Is(err, errMissingProgram) {
		return fmt.Errorf("this is no %s: %w", kind, err)
	}
	return nil
}

// jsonSyntax takes one value or several.
func jsonSyntax(_ context.Context, text string) error {
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var value any
		if err := d.Decode(&value); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func yamlSyntax(_ context.Context, text string) error {
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var value any
		if err := d.Decode(&value); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// goSyntax takes a file, declarations, or statements. In them … stands for what is left out.
func goSyntax(_ context.Context, text string) error {
	text = strings.ReplaceAll(text, "…", "")
	var err error
	for _, around := range [][2]string{{"", ""}, {"package p\n", ""}, {"package p\nfunc _() {\n", "\n}"}} {
		if _, err = parser.ParseFile(token.NewFileSet(), "", around[0]+text+around[1], parser.SkipObjectResolution); err == nil {
			return nil
		}
	}
	return err // of statements: what most short pieces are
}

// program checks a text by a program that reads it, where it is on the PATH.
func program(name string, args ...string) func(context.Context, string) error {
	return func(ctx context.Context, text string) error {
		path, err := exec.LookPath(name)
		if err != nil {
			return errMissingProgram
		}
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Stdin = strings.NewReader(text)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s says: %s (%w)", name, strings.TrimSpace(out.String()), err)
		}
		return nil
	}
}
