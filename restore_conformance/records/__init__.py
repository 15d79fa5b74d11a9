"""Run records as data: written, read in every format, the identity of a finding and the cause that findings share."""
