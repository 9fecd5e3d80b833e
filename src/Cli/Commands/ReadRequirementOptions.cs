using System.CommandLine;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary>The options that say which state a read accepts.</summary>
internal sealed class ReadRequirementOptions
{
    private readonly Option<LogPosition?> _atLeast = new("--at-least")
    {
        Description = "Only answer with everything up to this position, as 'put' printed it.",
        HelpName = "EPOCH/INDEX",
        CustomParser = PositionText.Parser,
    };

    private readonly WaitOption _wait = new("How long the node may wait to reach that position, at most 60s (default 5s).");

    internal void AddTo(Command command)
    {
        command.Add(_atLeast);
        command.Add(_wait);
    }

    internal ReadOptions? Of(ParseResult line) =>
        line.GetValue(_atLeast) is { } position ? new ReadOptions(position, _wait.Of(line)) : null;
}
