package deploy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/redis-chat/workbook/workspace"
)

// root is the repository's.
func root(t *testing.T) string {
	t.Helper()
	dir, err := workspace.Root(".")
	require.NoError(t, err)
	return dir
}

// read returns a file of deploy/.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "deploy", name))
	require.NoError(t, err)
	return string(text)
}

// documents decodes each document of a YAML file into a T.
func documents[T any](t *testing.T, name string) (all []T) {
	t.Helper()
	for d := yaml.NewDecoder(bytes.NewReader([]byte(read(t, name)))); ; {
		var one T
		err := d.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err, name)
		all = append(all, one)
	}
}

// assignments are the lines NAME=VALUE of a unit's section, or of a file of variables, whose section is "".
func assignments(t *testing.T, name, section string) map[string][]string {
	t.Helper()
	values, in := map[string][]string{}, ""
	for line := range strings.Lines(read(t, name)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			in = strings.Trim(line, "[]")
		default:
			key, value, ok := strings.Cut(line, "=")
			require.True(t, ok, "%s: %q is no assignment", name, line)
			if in == section {
				values[key] = append(values[key], value)
			}
		}
	}
	require.NotEmpty(t, values, "%s [%s]", name, section)
	return values
}

// only is the value of what is said once.
func only(t *testing.T, values map[string][]string, key string) string {
	t.Helper()
	require.Len(t, values[key], 1, key)
	return values[key][0]
}
