package system

import "context"

func (s *System) startMap(context.Context) error { return nil }
