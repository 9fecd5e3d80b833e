using System.CommandLine;

namespace Replication.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    /// <summary>The variable that stands in for <c>--server</c>.</summary>
    internal const string ServerVariable = "REPLICATION_SERVER";

    internal Option<string[]> Server { get; } = new("--server", "-s")
    {
        Description = $"gRPC address of the node, for instance http://127.0.0.1:7400 (the default, or {ServerVariable}). 'status', 'digest' and 'scrub' take several, separated by commas.",
        HelpName = "URL",
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
    };

    internal Option<bool> Json { get; } = new("--json")
    {
        Description = "Answer in JSON, in the shape that the help of the command shows.",
        Recursive = true,
    };

    internal Option<TimeSpan> Timeout { get; } = new("--timeout")
    {
        Description = "How long one call may take, for instance 500ms, 30s or 2m (default 30s).",
        HelpName = "TIME",
        Recursive = true,
        CustomParser = Duration.Parser,
        DefaultValueFactory = static _ => TimeSpan.FromSeconds(30),
    };
}
