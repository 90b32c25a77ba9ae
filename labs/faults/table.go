package faults

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Print writes a table that says, for each fault, what became of the messages for the
// clients of each node; below it, for each fault, the promises. If each is true, every
// receiver has a line of its own, otherwise the receivers of a node share one line.
func Print(w io.Writer, results []Result, each bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "fault\tsystem\treceivers\tsent\tdelivered\tlost\tunknown\tcounted\trepeated\tdisorder\tsilence\tholds")
	for _, res := range results {
		res.print(t, each)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, res := range results {
		res.explain(w)
	}
	return nil
}

func (res *Result) print(w io.Writer, each bool) {
	name, verdict := res.Row+"\t"+res.System, res.verdict()
	if res.Skipped != "" {
		fmt.Fprintf(w, "%s\tnot run\n", name)
		return
	}
	for node := range nodeCount {
		var of []Account
		for _, a := range res.Accounts {
			if a.Node == node+1 {
				of = append(of, a)
			}
		}
		lines := [][]Account{of}
		if each {
			lines = nil
			for _, a := range of {
				lines = append(lines, []Account{a})
			}
		}
		for _, line := range lines {
			fmt.Fprintf(w, "%s\t%s\t%s\n", name, res.line(node, line), verdict)
			name, verdict = "\t", ""
		}
	}
}

func (res *Result) verdict() string {
	switch {
	case !res.Tells: // the system promises nothing of this
		return "–"
	case res.Holds():
		return "yes"
	}
	return "NO"
}

// explain writes the promises, whether they hold, and the facts.
func (res *Result) explain(w io.Writer) {
	if res.Skipped == "" && len(res.Checks)+len(res.Facts) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s, %s\n", res.Row, res.System)
	if res.Skipped != "" {
		fmt.Fprintf(w, "  not run: %s\n", res.Skipped)
	}
	for _, c := range res.Checks {
		sign := "+"
		if !c.Holds {
			sign = "! NOT:"
		}
		fmt.Fprintf(w, "  %s %s\n", sign, c.What)
	}
	for _, fact := range res.Facts {
		fmt.Fprintf(w, "  = %s\n", fact)
	}
}

func (res *Result) line(node int, of []Account) string {
	number := func(get func(Account) int) string {
		least, most := get(of[0]), get(of[0])
		for _, a := range of {
			least, most = min(least, get(a)), max(most, get(a))
		}
		return span(least, most)
	}
	counted := fmt.Sprint(res.Counted[node])
	switch {
	case !res.Tells:
		counted = "–"
	case res.Gone[node]:
		counted = "gone"
	}
	longest := time.Duration(0)
	for _, a := range of {
		longest = max(longest, a.Silence)
	}
	return fmt.Sprintf("%d of node %d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", len(of), node+1,
		number(func(a Account) int { return a.Sent }), number(func(a Account) int { return a.Delivered }),
		number(func(a Account) int { return a.Lost }), number(func(a Account) int { return a.Unknown }), counted,
		number(func(a Account) int { return a.Repeated }), number(func(a Account) int { return a.Disorder }), show(longest))
}
