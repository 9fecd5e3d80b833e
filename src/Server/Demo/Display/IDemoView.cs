namespace Replication.Server.Demo.Display;

/// <summary>Where the demo shows itself.</summary>
internal interface IDemoView
{
    /// <summary>Writes a line that stays.</summary>
    void Say(string line);

    /// <summary>Shows the demo as it moves, until there are no more pictures.</summary>
    Task ShowAsync(IAsyncEnumerable<DemoPicture> pictures);

    /// <summary>Writes a table that stays.</summary>
    void Show(CellTable table);
}
