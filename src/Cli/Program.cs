using Replication.Cli;
using Replication.Cli.Output;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
