//go:build race

package loadtest

func init() { raceFlag = []string{"-race"} }
