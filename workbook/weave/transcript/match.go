package transcript

import (
	"regexp"
	"strings"
)

// elided reports whether a line stands for lines that are left out.
func elided(line string) bool {
	line = strings.TrimSpace(line)
	return line == "…" || line == "..."
}

// same compares a line that is shown with one that came. In a line, too, … stands for what is left out.
func same(shown, came string) bool {
	parts := strings.Split(shown, "…")
	if len(parts) == 1 {
		return shown == came
	}
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(came)
}

// verdict is what can be said of lines while more may come.
type verdict int

const (
	more    verdict = iota // so far all fits
	matches                // all that is shown has come
	differs                // no further line can mend it
)

// match compares the lines that a block shows with those that have come. It returns how
// many of these are used up. At the end no more will come, and none may be left over.
func match(shown, came []string, names []string, end bool) (used int, v verdict) {
	equal := func(a, b []string) bool {
		for i := range a {
			if !same(masked(a[i], names), masked(b[i], names)) {
				return false
			}
		}
		return true
	}
	open := false // anything may stand in front of the next chunk
	for len(shown) > 0 {
		if elided(shown[0]) {
			open, shown = true, shown[1:]
			continue
		}
		n := 0 // lines until the next that stands for others
		for n < len(shown) && !elided(shown[n]) {
			n++
		}
		chunk, last := shown[:n], n == len(shown)
		if !open { // the chunk has its place
			have := min(n, len(came)-used)
			if !equal(chunk[:have], came[used:used+have]) {
				return used, differs
			}
			if have < n {
				return used, unless(end)
			}
			used += n
		} else { // the first place where it fits; the last chunk's is the end, where there is one
			at := used
			if end && last {
				at = max(at, len(came)-n)
			}
			for at+n <= len(came) && !equal(chunk, came[at:at+n]) {
				at++
			}
			if at+n > len(came) {
				return used, unless(end)
			}
			used = at + n
		}
		open, shown = false, shown[n:]
	}
	if open && end {
		used = len(came)
	}
	if end && used < len(came) {
		return used, differs
	}
	return used, matches
}

func unless(end bool) verdict {
	if end {
		return differs
	}
	return more
}

// accepted returns the lines that a block should show, as far as that can be said: what
// stands between two left-out parts cannot be found in other lines.
func accepted(shown, came []string) ([]string, bool) {
	first, last := -1, -1
	for i, line := range shown {
		if elided(line) {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	switch tail := len(shown) - last - 1; {
	case first < 0:
		return came, true
	case first != last || first+tail > len(came):
		return nil, false
	default:
		lines := append([]string{}, came[:first]...)
		lines = append(lines, shown[first])
		return append(lines, came[len(came)-tail:]...), true
	}
}
