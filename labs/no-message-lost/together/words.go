package together

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Help says what can be typed.
const Help = "Type kill, restart, freeze, thaw, cut or mend with a number, kill or start with a letter, or quit."

// obey carries out what is typed, one line after the other.
func (l *lab) obey(ctx context.Context) error {
	typed := make(chan string)
	go func() {
		for lines := bufio.NewScanner(l.o.In); lines.Scan(); {
			select {
			case typed <- lines.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line := <-typed:
			words := strings.Fields(line)
			if len(words) == 1 && words[0] == "quit" {
				return nil
			}
			if len(words) == 0 {
				continue
			}
			if err := l.do(ctx, words); err != nil {
				fmt.Fprintln(l.o.Out, err)
			} else {
				fmt.Fprintln(l.o.Out, strings.Join(words, " ")+": done")
			}
		}
	}
}

// do is one line.
func (l *lab) do(ctx context.Context, words []string) error {
	if len(words) != 2 {
		return fmt.Errorf("%q: %s", strings.Join(words, " "), Help)
	}
	verb, what := words[0], words[1]
	if server, err := strconv.Atoi(what); err == nil {
		servers := map[string]func(int) error{
			"kill": l.top.Kill, "freeze": l.top.Freeze, "thaw": l.top.Thaw, "cut": l.top.Cut,
			"restart": func(i int) error { return l.top.Restart(ctx, i) },
			"mend":    func(i int) error { return l.top.Mend(ctx, i) },
		}
		if do := servers[verb]; do != nil {
			return do(server)
		}
	}
	for i, n := range l.nodes {
		switch {
		case name(i) != what:
		case verb == "kill":
			return n.Kill()
		case verb == "start":
			if err := n.Start(); err != nil {
				return err
			}
			return l.awaitReady(ctx, i)
		}
	}
	return fmt.Errorf("%q: %s", strings.Join(words, " "), Help)
}
