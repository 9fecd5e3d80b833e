using System.CommandLine;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>--wait TIME</c>: how long a node may take to reach a position.</summary>
internal sealed class WaitOption : Option<TimeSpan>
{
    internal WaitOption(string description)
        : base("--wait")
    {
        Description = description;
        HelpName = "TIME";
        CustomParser = Duration.Parser;
        DefaultValueFactory = static _ => TimeSpan.FromSeconds(5);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="CommandException">It is longer than a node waits.</exception>
    internal TimeSpan Of(ParseResult line) =>
        line.GetValue(this) is var wait && wait <= ReadOptions.MaxWait ? wait : throw CommandException.Usage("--wait must be at most 60s.");
}
