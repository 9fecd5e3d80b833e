using Spectre.Console;

namespace Replication.Cli.Output;

/// <summary>Rows of cells under titles.</summary>
internal sealed class TableView(string title, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Whether there are no rows.</summary>
    internal bool IsEmpty => _rows.Count == 0;

    /// <summary>Adds a row with a cell for each column.</summary>
    internal void Row(params string[] cells) => _rows.Add(cells);

    internal void Write(Terminal terminal)
    {
        using var text = terminal.OutputText();
        if (terminal.IsOutputTerminal) Draw(terminal, text);
        else WritePlainly(text);
    }

    private void WritePlainly(StreamWriter text)
    {
        text.NewLine = "\n";
        text.WriteLine(string.Join('\t', columns));
        foreach (var row in _rows) text.WriteLine(string.Join('\t', row));
    }

    private void Draw(Terminal terminal, StreamWriter text)
    {
        var table = new Table { Border = TableBorder.Rounded };
        if (title.Length > 0) table.Title = new TableTitle(Markup.Escape(title));
        foreach (var column in columns) table.AddColumn(new TableColumn($"[bold]{Markup.Escape(column)}[/]").NoWrap());
        foreach (var row in _rows) table.AddRow([.. row.Select(static cell => new Markup(Coloured(cell)))]);
        Screen.Of(terminal, text).Write(table);
    }

    private static string Coloured(string cell) => cell switch
    {
        "primary" or "Streaming" or "Primary" or "same" => $"[green]{cell}[/]",
        "unreachable" or "Fenced" or "Holding" or "Disconnected" or "DIFFERS" => $"[red]{cell}[/]",
        "CatchingUp" or "Bootstrapping" or "Connecting" or "Recovering" or "Checking" or "Starting" => $"[yellow]{cell}[/]",
        _ => Markup.Escape(cell),
    };
}
