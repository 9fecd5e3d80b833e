using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Replication.Server.Demo.Display;

/// <summary>A table on a terminal that is drawn anew as the nodes move.</summary>
internal sealed class LiveView(IAnsiConsole console) : IDemoView
{
    private const int BarCells = 40;

    private string _event = string.Empty;

    // Written past the console, which would break commands into lines of the terminal's width.
    public void Say(string line) => console.Profile.Out.Writer.WriteLine(line);

    public void Show(CellTable table) => console.Write(Draw(table));

    public Task ShowAsync(IAsyncEnumerable<DemoPicture> pictures) => console.Live(Text.Empty).StartAsync(async live =>
    {
        await foreach (var picture in pictures)
        {
            _event = picture.Event ?? _event;
            live.UpdateTarget(Draw(picture));
        }
    });

    private Rows Draw(DemoPicture picture)
    {
        List<IRenderable> parts = [Draw(CellTable.OfReadings(picture.Nodes)), new Markup(StatusOf(picture))];
        if (_event.Length > 0) parts.Add(new Markup($"[yellow]{Markup.Escape(_event)}[/]"));
        return new Rows(parts);
    }

    private static string StatusOf(DemoPicture picture)
    {
        var changes = string.Create(CultureInfo.InvariantCulture, $"{picture.Changes:N0} live changes of the process table");
        if (picture.IsImported) return changes;
        var done = (int)(picture.Fraction * BarCells);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[green]{new string('━', done)}[/][grey]{new string('━', BarCells - done)}[/] {picture.Imported:N0} documents, {changes}");
    }

    private static Table Draw(CellTable cells)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var title in cells.Titles) table.AddColumn(new TableColumn($"[bold]{Markup.Escape(title)}[/]").NoWrap());
        foreach (var row in cells.Rows) table.AddRow([.. row.Select(static cell => new Markup(Coloured(cell)))]);
        return table;
    }

    private static string Coloured(string cell) => cell switch
    {
        "Primary" or "Streaming" => $"[green]{cell}[/]",
        "unreachable" => $"[red]{cell}[/]",
        "Starting" or "Recovering" or "Connecting" or "Bootstrapping" or "CatchingUp" => $"[yellow]{cell}[/]",
        _ => Markup.Escape(cell),
    };
}
