package learn

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"example.com/redis-chat/workbook/exercise"
)

// Reset puts the stub back, and keeps what was written before in the folder kept. It
// returns the kept files, from the repository's root; none when the stub was there.
func Reset(e exercise.Exercise) (kept []string, err error) {
	stub, err := e.Stub()
	if err != nil {
		return nil, err
	}
	written, err := e.Written()
	if err != nil {
		return nil, err
	}
	if untouched, err := e.Untouched(); err != nil || untouched {
		return nil, err
	}
	for name, source := range written {
		if string(stub[name]) == string(source) {
			continue
		}
		file, err := keep(e, name, source)
		if err != nil {
			return kept, err
		}
		kept = append(kept, file)
		if _, ok := stub[name]; !ok { // a file of the learner's own
			if err := os.Remove(filepath.Join(e.Dir(), name)); err != nil {
				return kept, err
			}
		}
	}
	for name, source := range stub {
		if err := os.WriteFile(filepath.Join(e.Dir(), name), source, 0o666); err != nil {
			return kept, fmt.Errorf("put the stub back: %w", err)
		}
	}
	return kept, nil
}

// keep writes a source to kept/NAME.go.1, or the next number that is free: a name that
// the compiler does not read.
func keep(e exercise.Exercise, name string, source []byte) (string, error) {
	folder := filepath.Join(e.Dir(), "kept")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", fmt.Errorf("keep what was written: %w", err)
	}
	for n := 1; ; n++ {
		base := fmt.Sprintf("%s.%d", name, n)
		file, err := os.OpenFile(filepath.Join(folder, base), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if os.IsExist(err) {
			continue
		}
		if err == nil {
			_, err = file.Write(source)
			if closeErr := file.Close(); err == nil {
				err = closeErr
			}
		}
		if err != nil {
			return "", fmt.Errorf("keep what was written: %w", err)
		}
		return path.Join(e.Folder(), "kept", base), nil
	}
}
