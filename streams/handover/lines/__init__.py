"""Write the lines of a sheet, each with where it comes from."""
