package prepare

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// regexp2, which chroma stands on, has a clock that stops by itself a second after it was needed.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// smallRepository has one module, which needs one of another server.
func smallRepository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.work":       "go 1.26.0\n\nuse ./01-one\n",
		"01-one/go.mod": "module example.com/redis-chat/01-one\n\ngo 1.26.0\n\nrequire example.com/nowhere v1.0.0\n",
		"01-one/a.go":   "package one\n\nimport _ \"example.com/nowhere\"\n",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return root
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	var out strings.Builder
	err := Run(t.Context(), Options{Root: smallRepository(t), Out: &out})
	require.ErrorContains(t, err, "modules: download those of all chapters, labs and tools: go list ")
	require.ErrorContains(t, err, "example.com/nowhere@v1.0.0: module lookup disabled by GOPROXY=off")
	require.Equal(t, "modules: download those of all chapters, labs and tools\n", out.String())

	// The proof does not take anybody's word for it.
	err = Options{Root: smallRepository(t)}.prove(t.Context())
	require.ErrorContains(t, err, "example.com/nowhere")
}

func TestAFolderAsAProxy(t *testing.T) {
	require.Equal(t, "file:///media/usb/modules", fileURL("/media/usb/modules"))
	require.Equal(t, "file:///E:/modules", fileURL("E:/modules"))
}
