using System.CommandLine;
using System.Globalization;
using Replication.Cli.LogFiles;
using Replication.Cli.Output;
using Replication.Core.IO;

namespace Replication.Cli.Commands;

/// <summary><c>replctl log verify DIR</c></summary>
internal sealed class LogVerifyCommand : ReplctlCommand
{
    private readonly Argument<string> _directory = new("DIR") { Description = "A node's data directory, or its log directory. The node may be running." };

    internal LogVerifyCommand(CommandHost host)
        : base(
            host, "verify", "Check every byte of a log as a start of the node would, without changing anything; exit with 1 on damage.",
            """{"directory":"data/primary/log","intact":true,"history":"0123…","firstIndex":1,"last":"3/1042","tornTail":null,"damage":null,"segments":[{"name":"00000000000000000001.log","firstIndex":1,"lastIndex":1042,"bytes":67108864}]}""",
            "replctl log verify data/primary") => Add(_directory);

    protected override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var files = new PhysicalFileSystem();
        var directory = LogLocation.Find(files, context.Line.GetRequiredValue(_directory));
        var verdict = LogVerdict.Of(files, directory);
        var segments = SegmentSummary.All(files, directory);
        if (context.Json) WriteJson(context.Answer, directory, verdict, segments);
        else WriteText(context.Answer, verdict, segments);
        return verdict.Damage is { } damage ? throw damage : Task.FromResult(ExitCode.Success);
    }

    private static void WriteText(Answer output, LogVerdict verdict, IReadOnlyList<SegmentSummary> segments)
    {
        var table = new TableView("Segments", "SEGMENT", "FIRST", "LAST", "BYTES");
        for (var i = 0; i < segments.Count; i++)
        {
            var (first, last) = Range(segments, i, verdict);
            table.Row(segments[i].Name, first is null ? "-" : Answer.Number(first), last is null ? "-" : Answer.Number(last), Answer.Number(segments[i].Bytes));
        }
        output.Table(table);
        if (verdict.Damage is not null) return;
        output.Line($"History {verdict.History}.");
        output.Line(string.Create(CultureInfo.InvariantCulture, $"Entries {segments[0].Header?.FirstIndex} to {verdict.Last}: every one is whole and follows the one before it."));
        if (verdict.Torn is { } torn)
            output.Line(string.Create(CultureInfo.InvariantCulture, $"Behind them stand {torn.Bytes} bytes of a write that is not complete ({torn.Reason}); nothing of it was acknowledged, and the next start cuts it."));
    }

    private static (IFormattable? First, IFormattable? Last) Range(IReadOnlyList<SegmentSummary> segments, int segment, LogVerdict verdict)
    {
        if (segments[segment].Header is not { } header) return (null, null);
        var last = segment + 1 < segments.Count ? segments[segment + 1].Header?.Previous.Index : verdict.Damage is null ? verdict.Last.Index : null;
        return (header.FirstIndex, last >= header.FirstIndex ? last : null);
    }

    private static void WriteJson(Answer output, string directory, LogVerdict verdict, IReadOnlyList<SegmentSummary> segments) => output.Json(json =>
    {
        json.WriteString("directory", directory);
        json.WriteBoolean("intact", verdict.Damage is null);
        json.WriteString("history", verdict.History.ToString());
        json.WriteNumber("firstIndex", segments[0].Header?.FirstIndex ?? 0);
        json.WriteString("last", verdict.Last.ToString());
        if (verdict.Torn is not { } torn)
        {
            json.WriteNull("tornTail");
        }
        else
        {
            json.WriteStartObject("tornTail");
            json.WriteNumber("index", torn.Index);
            json.WriteNumber("bytes", torn.Bytes);
            json.WriteString("reason", torn.Reason);
            json.WriteEndObject();
        }
        json.WriteString("damage", verdict.Damage?.Message);
        json.WriteStartArray("segments");
        for (var i = 0; i < segments.Count; i++)
        {
            var (first, last) = Range(segments, i, verdict);
            json.WriteStartObject();
            json.WriteString("name", segments[i].Name);
            json.WriteNumber("firstIndex", first as long? ?? 0);
            json.WriteNumber("lastIndex", last as long? ?? 0);
            json.WriteNumber("bytes", segments[i].Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
