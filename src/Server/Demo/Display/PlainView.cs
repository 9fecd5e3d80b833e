using System.Globalization;
using Replication.Server.Demo.Nodes;

namespace Replication.Server.Demo.Display;

/// <summary>Lines, for files, pipes and those who want no colours: one a second during the import, then one in five seconds.</summary>
internal sealed class PlainView(TextWriter output) : IDemoView
{
    private static readonly TimeSpan DuringImport = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterImport = TimeSpan.FromSeconds(5);

    private TimeSpan _next;

    public void Say(string line) => output.WriteLine(line);

    public void Show(CellTable table) => output.WriteLine(table.ToText());

    public async Task ShowAsync(IAsyncEnumerable<DemoPicture> pictures)
    {
        await foreach (var picture in pictures)
        {
            if (picture.Event is { } happened) Say($"{Clock(picture)}  {happened}");
            if (picture.Elapsed < _next) continue;
            _next = picture.Elapsed + (picture.IsImported ? AfterImport : DuringImport);
            Say(LineOf(picture));
        }
    }

    private static string LineOf(DemoPicture picture)
    {
        var doing = picture.IsImported
            ? string.Create(CultureInfo.InvariantCulture, $"live {picture.Changes:N0}")
            : string.Create(CultureInfo.InvariantCulture, $"import {picture.Fraction * 100,2:0} %");
        return $"{Clock(picture)}  {doing}  {string.Join("  ", picture.Nodes.Select(TextOf))}";
    }

    private static string Clock(DemoPicture picture) => string.Create(CultureInfo.InvariantCulture, $"{picture.Elapsed.TotalSeconds,5:0.0} s");

    private static string TextOf(NodeReading node)
    {
        var position = node.Position?.ToString() ?? node.State;
        return node.Lag is { } lag ? $"{node.Name} {position} lag {CellTable.Number(lag)}, {CellTable.Duration(node.Age)}" : $"{node.Name} {position}";
    }
}
