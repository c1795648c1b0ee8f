package practice

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// claimFor puts the claim of the previous server on the database.
func claimFor(ctx context.Context, database *tsql.Database, now time.Time) error {
	claim, err := json.Marshal(facts.Claim{
		Server: sitePrevious, Installation: "5eb63bbbe01eeed093cb22bb8f5acdc3", At: now.AddDate(0, 0, -12).UTC().Truncate(time.Second), Version: "1.0",
	})
	if err != nil {
		return fmt.Errorf("make the practice claim: %w", err)
	}
	if err := database.Exec(ctx, "EXEC sp_addextendedproperty N'"+facts.ClaimProperty+"', N'"+string(claim)+"'"); err != nil {
		return fmt.Errorf("claim the practice database: %w", err)
	}
	return nil
}
