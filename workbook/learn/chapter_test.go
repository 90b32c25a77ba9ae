package learn

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// patience ends a hang; it says nothing about how long a thing may take.
const patience = 2 * time.Minute

// screen is a place to print to that can be read meanwhile.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(text)
}

// take returns what was printed since the last time.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.text.Reset()
	return s.text.String()
}

// last is what stands on the screen: all since it was cleared.
func (s *screen) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text.String()
	return text[strings.LastIndex(text, clearMark)+1:]
}

const clearMark = "\f"

// chapter is a repository with two exercises, total and sum, in a folder of the test's.
type chapter struct {
	*Learner
	t      *testing.T
	screen *screen
	today  time.Time
}

func newChapter(t *testing.T) *chapter {
	archive, err := txtar.ParseFile("../exercise/testdata/sound.txtar")
	require.NoError(t, err)
	c := &chapter{t: t, screen: &screen{}, today: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)}
	root := t.TempDir()
	c.Learner = &Learner{Root: root, In: strings.NewReader(""), Out: c.screen, Now: func() time.Time { return c.today }}
	for _, f := range archive.Files {
		text := string(f.Data)
		if f.Name == "01-sums/exercises/README.md" {
			text += "| [sum](sum/README.md) | 10 | write | the same once more |\n"
		}
		c.write(f.Name, text)
		if strings.HasPrefix(f.Name, "01-sums/exercises/total/") {
			rename := strings.NewReplacer("total", "sum", "Total", "Sum")
			c.write(rename.Replace(f.Name), rename.Replace(text))
		}
	}
	return c
}

// open reads the repository, as each start of the program does.
func (c *chapter) open() *chapter {
	require.NoError(c.t, c.Open())
	return c
}

func (c *chapter) file(name string) string {
	return filepath.Join(c.Root, filepath.FromSlash(name))
}

func (c *chapter) write(name, text string) {
	require.NoError(c.t, os.MkdirAll(filepath.Dir(c.file(name)), 0o777))
	require.NoError(c.t, os.WriteFile(c.file(name), []byte(text), 0o666))
}

func (c *chapter) read(name string) string {
	text, err := os.ReadFile(c.file(name))
	require.NoError(c.t, err)
	return string(text)
}

const (
	totalFile = "01-sums/exercises/total/total.go"
	failing   = "package total\n\nfunc Total(points []int) (int, error) { return 5, nil }\n"
	passing   = "package total\n\nfunc Total(points []int) (int, error) { return 6, nil }\n"
)
