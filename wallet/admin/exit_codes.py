"""What a command ends with where it does not end well. 1 is always a finding, or a refusal; 2, that nobody knows."""

REFUSED = 1
COULD_NOT = 2
