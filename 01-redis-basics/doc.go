// Package basics is chapter 01 of the workbook.
package basics
