// One zone for all tests, so that a day is the same one everywhere.
process.env['TZ'] = 'Europe/Berlin';
