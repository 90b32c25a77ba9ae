// Package workbook is the workbook's own module: the programs behind make test,
// make check and make doctor.
package workbook
