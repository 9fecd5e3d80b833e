using System.CommandLine;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary>The options that put a condition on a change of one record.</summary>
internal sealed class ConditionOptions(bool withAbsent)
{
    private readonly Option<bool> _absent = new("--if-absent") { Description = "Only if there is no such record." };
    private readonly Option<bool> _present = new("--if-present") { Description = "Only if there is such a record." };
    private readonly Option<LogPosition?> _unchangedSince = new("--if-unchanged-since")
    {
        Description = "Only if the record was last written at or before this position, as 'get --json' shows it.",
        HelpName = "EPOCH/INDEX",
        CustomParser = PositionText.Parser,
    };

    internal void AddTo(Command command)
    {
        if (withAbsent)
        {
            command.Add(_absent);
            command.Add(_present);
        }
        command.Add(_unchangedSince);
    }

    /// <summary>The condition; null when none was asked for.</summary>
    internal Condition? Of(ParseResult line)
    {
        var conditions = new List<Condition>();
        if (withAbsent && line.GetValue(_absent)) conditions.Add(Condition.Absent);
        if (withAbsent && line.GetValue(_present)) conditions.Add(Condition.Present);
        if (line.GetValue(_unchangedSince) is { } position) conditions.Add(Condition.UnchangedSince(position));
        return conditions.Count <= 1
            ? conditions.FirstOrDefault()
            : throw CommandException.Usage("At most one condition can be put on a change; choose one of --if-absent, --if-present and --if-unchanged-since.");
    }
}
