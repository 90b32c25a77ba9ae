package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	loadtest "example.com/redis-chat/labs/load-test"
)

// Table writes the summary for a terminal of about 120 columns. Runs of the
// same label and system are one line: the median round, with their number.
func Table(w io.Writer, r *loadtest.Report) error {
	var b bytes.Buffer // so that a terminal never sees half of it
	for _, part := range []func(*bytes.Buffer, *loadtest.Report){runTable, idleTable, growthTable, targetTable, noteList} {
		before := b.Len()
		part(&b, r)
		if b.Len() > before {
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		b.WriteString("Nothing was measured.\n")
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

func runTable(b *bytes.Buffer, r *loadtest.Report) {
	all, notes := blocks(r)
	if len(all) == 0 {
		return
	}
	b.WriteString("Latency in ms from the scheduled time of a message; CPU in µs per delivery and memory in MiB: all nodes\n" +
		"together; lab: cores that the lab itself used; l/r/o: lost/repeated/out of order.\n\n")
	t := newGrid("system", "nodes × clients", "runs", "msg/s", "deliveries/s", "l/r/o", "p50", "p90", "p99", "p99.9", "max", "CPU", "MiB", "lab")
	for _, block := range all {
		t.heading(block.Label)
		for _, l := range block.Lines {
			t.row(l.System+l.Marks, l.Shape, fmt.Sprint(l.Runs), l.Rate, l.Deliveries, l.Flaws,
				l.P50, l.P90, l.P99, l.P999, l.Max, l.CPU, l.Resident, l.Cores)
		}
	}
	t.write(b)
	remarkList(b, notes)
}

func idleTable(b *bytes.Buffer, r *loadtest.Report) {
	all := crowds(r)
	if len(all) == 0 {
		return
	}
	b.WriteString("Idle connections\n")
	var notes remarks
	t := newGrid("system", "nodes", "connections", "rounds", "connections/s", "all back/s", "connect CPU µs", "KiB each", "idle CPU µs/s each")
	for _, c := range all {
		head := []string{c.System, fmt.Sprint(c.Nodes), c.Connections, fmt.Sprint(c.Rounds)}
		if c.Failed != "" {
			head[0] += notes.mark("no result: " + c.Failed)
			t.row(append(head, none, none, none, none, none)...)
			continue
		}
		back := none
		if c.Back > 0 {
			back = grouped(c.Back)
		}
		t.row(append(head, grouped(c.PerSecond), back, figure(c.ConnectCPU), figure(c.Kibibytes), figure(c.CPU))...)
	}
	t.write(b)
	remarkList(b, notes)
}

func growthTable(b *bytes.Buffer, r *loadtest.Report) {
	for _, k := range kinds(r) {
		sizes := k.sizes()
		fmt.Fprintf(b, "Cost against %s: CPU in µs per delivery, p99 in ms\n", k.What)
		t := newGrid(append([]string{"system", ""}, texts(sizes)...)...)
		for _, g := range k.Series {
			cpu, p99 := []string{g.System, "CPU"}, []string{"", "p99"}
			for _, size := range sizes {
				i := slices.IndexFunc(g.Steps, func(s loadtest.GrowthStep) bool { return s.Size == size })
				if i < 0 {
					cpu, p99 = append(cpu, none), append(p99, none)
					continue
				}
				cpu, p99 = append(cpu, figure(g.Steps[i].CPU)), append(p99, figure(g.Steps[i].P99))
			}
			t.row(cpu...)
			t.row(p99...)
		}
		t.write(b)
	}
}

func targetTable(b *bytes.Buffer, r *loadtest.Report) {
	all := targets(r)
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "Targets: %s\n", tally(all))
	var notes remarks
	t := newGrid("measure", "against", "ours", "theirs", "ratio (range)", "target", "verdict")
	t.left, t.open = 2, true
	for _, row := range all {
		verdict := row.Result
		if row.Why != "" {
			verdict += notes.mark(row.Why)
		}
		t.row(row.Measure, orNone(row.Against), orNone(row.Ours), orNone(row.briefly()), row.Spread, row.Target, verdict)
	}
	t.write(b)
	remarkList(b, notes)
}

func orNone(text string) string { return cmp.Or(text, none) }

func noteList(b *bytes.Buffer, r *loadtest.Report) {
	for _, note := range r.Notes {
		fmt.Fprintf(b, "- %s\n", oneLine(note))
	}
}

func remarkList(b *bytes.Buffer, notes remarks) {
	for i, note := range notes {
		fmt.Fprintf(b, "  [%d] %s\n", i+1, note)
	}
}
