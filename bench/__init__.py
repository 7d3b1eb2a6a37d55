"""Speed that the project keeps: `make bench`. Figures are ratios within one run, since machines are noisy."""
