using System.Text.Json;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Scrubbing;

/// <summary>What a scrub found, for people and for programs.</summary>
internal static class ScrubReport
{
    private const string None = "-";

    internal static void WriteTables(Answer output, ScrubResult result)
    {
        var nodes = new TableView($"Scrub at {result.Position}", "SERVER", "NODE", "POSITION", "RECORDS", "VERDICT");
        foreach (var node in result.Nodes)
        {
            var position = node.TakesPart ? result.Position.ToString() : None;
            nodes.Row(node.Server, node.Status?.NodeName ?? None, position, node.TakesPart ? Answer.Number(node.Answer!.Records) : None, Verdict(node));
        }
        output.Table(nodes);
        if (result.Differences.Count == 0) return;
        var differences = new TableView("Differences", "SERVER", "COLLECTION", "KEY", "DIFFERENCE", "WRITTEN AT", "EXPECTED AT");
        foreach (var difference in result.Differences)
            differences.Row(difference.Server, difference.Collection, difference.Key.ToStringUtf8(), Kind(difference), Index(difference.Written), Index(difference.Expected));
        output.Line(string.Empty);
        output.Table(differences);
    }

    internal static void WriteJson(Answer output, ScrubResult result) => output.Json(json =>
    {
        json.WriteString("position", result.Position.ToString());
        json.WriteBoolean("same", result.IsSame);
        if (result.Reference is { } reference) json.WriteString("reference", reference.Server);
        else json.WriteNull("reference");
        json.WriteStartArray("nodes");
        foreach (var node in result.Nodes) Write(json, node);
        json.WriteEndArray();
        json.WriteNumber("differenceCount", result.DifferenceCount);
        json.WriteStartArray("differences");
        foreach (var difference in result.Differences) Write(json, difference);
        json.WriteEndArray();
    });

    /// <summary>One sentence for each node that is not as it should be.</summary>
    internal static IEnumerable<string> Complaints(ScrubResult result)
    {
        foreach (var node in result.Nodes.Where(static node => !node.IsSound))
            yield return node.Failure is { } failure
                ? $"{node.Server} was not scrubbed: {failure.Message}"
                : $"{node.Server} does not hold what the log says at {result.Position}: its memory changed. Start it again: it builds its memory anew from its own snapshot and log. Then scrub again.";
        if (result.Reference is null && result.Nodes.Any(static node => node.TakesPart))
            yield return "No node holds what the log says, so it is not known which records are wrong. Name more nodes.";
        if (result.DifferenceCount > result.Differences.Count)
            yield return $"{result.DifferenceCount - result.Differences.Count} further differences are not shown.";
    }

    private static void Write(Utf8JsonWriter json, ScrubNode node)
    {
        json.WriteStartObject();
        json.WriteString("server", node.Server);
        if (node.Status is { } status) json.WriteString("name", status.NodeName);
        json.WriteString("verdict", node.TakesPart ? node.IsSound ? "same" : "differs" : "notScrubbed");
        if (node.Failure is { } failure) json.WriteString("error", failure.Message);
        if (node.TakesPart)
        {
            json.WriteString("loggedDigest", node.Answer!.LoggedDigest);
            json.WriteString("digest", RangeSums.Total(node.Answer.Digests.Span).ToString("x32", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteNumber("records", node.Answer.Records);
        }
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Difference difference)
    {
        json.WriteStartObject();
        json.WriteString("server", difference.Server);
        json.WriteString("collection", difference.Collection);
        json.WriteString("key", difference.Key.ToStringUtf8());
        json.WriteString("kind", Kind(difference));
        WriteIndex(json, "writtenAt", difference.Written);
        WriteIndex(json, "expectedAt", difference.Expected);
        json.WriteEndObject();
    }

    private static void WriteIndex(Utf8JsonWriter json, string name, ulong? index)
    {
        if (index is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }

    private static string Verdict(ScrubNode node) => node.Failure switch
    {
        null => node.IsSound ? "same" : "DIFFERS",
        NodeUnavailableException => "unreachable",
        _ => "not scrubbed",
    };

    private static string Kind(Difference difference) => difference.Kind switch
    {
        DifferenceKind.Missing => "missing",
        DifferenceKind.Extra => "extra",
        _ => "changed",
    };

    private static string Index(ulong? index) => index is { } known ? Answer.Number(known) : None;
}
