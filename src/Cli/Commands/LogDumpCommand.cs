using System.CommandLine;
using System.Globalization;
using Replication.Cli.LogFiles;
using Replication.Core.IO;

namespace Replication.Cli.Commands;

/// <summary><c>replctl log dump DIR</c></summary>
internal sealed class LogDumpCommand : ReplctlCommand
{
    private readonly Argument<string> _directory = new("DIR") { Description = "A node's data directory, or its log directory. The node may be running." };
    private readonly Option<long> _from = new("--from") { Description = "The first index (default: the lowest there is).", HelpName = "INDEX" };
    private readonly Option<long?> _to = new("--to") { Description = "The last index, inclusive (default: the highest there is).", HelpName = "INDEX" };

    internal LogDumpCommand(CommandHost host)
        : base(
            host, "dump", "Print every entry of a log, one JSON object a line. Nothing is changed.",
            """{"position":"3/1042","kind":"transaction","time":"2026-01-31T12:00:00.000000Z","crc":"0a1b2c3d","operations":[{"action":"put","collection":"customers","key":"ada","value":{"name":"Ada"}}]}    also without --json""",
            "replctl log dump data/primary",
            "replctl log dump data/primary --from 1042 | jq -c '.operations[]?'")
    {
        Add(_directory);
        Add(_from);
        Add(_to);
    }

    protected override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var files = new PhysicalFileSystem();
        var directory = LogLocation.Find(files, context.Line.GetRequiredValue(_directory));
        var verdict = LogVerdict.Of(files, directory);
        var last = Math.Min(verdict.Last.Index, context.Line.GetValue(_to) ?? long.MaxValue);
        foreach (var frame in LogEntries.Read(files, directory, context.Line.GetValue(_from), last))
        {
            cancellation.ThrowIfCancellationRequested();
            context.Answer.Json(json => EntryJson.Write(json, frame.Span));
        }
        if (verdict.Damage is { } damage) throw damage;
        if (verdict.Torn is { } torn)
            Host.Complain(string.Create(CultureInfo.InvariantCulture, $"Behind entry {torn.Index - 1} stand {torn.Bytes} bytes of a write that is not complete ({torn.Reason}); they are not shown."));
        return Task.FromResult(ExitCode.Success);
    }
}
