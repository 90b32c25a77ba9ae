package markdown

import (
	"bytes"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// transcript is a block of commands and what they print. Each command is an element of its own, without the prompt.
type transcript struct {
	ast.BaseBlock
	text  []byte
	shell bool // each line is a command, without a prompt
}

var kindTranscript = ast.NewNodeKind("Transcript")

func (*transcript) Kind() ast.NodeKind              { return kindTranscript }
func (n *transcript) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

var prompt = []byte("$ ")

// commands replaces a block of code that holds commands by a transcript.
func (t *Text) commands(n *ast.FencedCodeBlock) {
	language, text := string(n.Language(t.source)), n.Lines().Value(t.source)
	typed := language == "console" || language == "" && (bytes.HasPrefix(text, prompt) || bytes.Contains(text, []byte("\n$ ")))
	if shell := language == "sh"; shell || typed {
		n.Parent().ReplaceChild(n.Parent(), n, &transcript{text: text, shell: shell})
	}
}

// ours renders the nodes that goldmark does not know.
type ours struct{}

func (ours) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindTranscript, writeTranscript)
	r.Register(kindWide, writeWide)
}

func writeTranscript(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*transcript)
	_, _ = w.WriteString(`<pre class="transcript"><code>`)
	for line := range bytes.Lines(n.text) {
		command, typed := bytes.CutPrefix(line, prompt)
		command, comment := bytes.TrimSpace(command), []byte(nil)
		if n.shell {
			command, comment, _ = bytes.Cut(bytes.TrimSpace(line), []byte(" #"))
			typed = len(command) > 0 && command[0] != '#'
		}
		if !typed {
			_, _ = w.WriteString(html.EscapeString(string(line)))
			continue
		}
		kind := "command"
		if n.shell {
			kind = "command bare" // shown without a prompt, as in the text
		}
		_, _ = w.WriteString(`<span class="` + kind + `"><span class="typed">` + html.EscapeString(string(bytes.TrimSpace(command))) + "</span>")
		if comment != nil {
			_, _ = w.WriteString(`<span class="c1"> #` + html.EscapeString(string(comment)) + "</span>")
		}
		_, _ = w.WriteString("</span>\n")
	}
	_, err := w.WriteString("</code></pre>\n")
	return ast.WalkContinue, err
}
