// Package nearest finds what somebody probably meant.
package nearest

import "strings"

// Name gives the candidate that is closest to typed, without regard to case, or
// "" when none is close: at most a third of the letters may differ, and at least
// one edit is always forgiven. A candidate that begins with typed is close too,
// and so, for want of a closer one, is one that begins with three quarters of it.
func Name(typed string, candidates []string) string {
	typed = strings.ToLower(typed)
	best, bestCost := "", 1+len(typed)/3
	for _, c := range candidates {
		low := strings.ToLower(c)
		if len(typed) >= 3 && strings.HasPrefix(low, typed) {
			return c
		}
		if cost := distance(typed, low); cost < bestCost || cost == bestCost && best == "" {
			best, bestCost = c, cost
		}
	}
	for _, c := range candidates {
		if begin := typed[:len(typed)*3/4]; best == "" && len(begin) >= 4 && strings.HasPrefix(strings.ToLower(c), begin) {
			best = c
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour (optimal string alignment).
func distance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	rows := make([][]int, len(ra)+1)
	for i := range rows {
		rows[i] = make([]int, len(rb)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(ra); i++ {
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(ra)][len(rb)]
}
