using Replication.Core.Records;

namespace Replication.Node.Views;

/// <summary>A view and since when it is open.</summary>
/// <param name="view">Closed with this.</param>
/// <param name="purpose">Who holds it and what for.</param>
/// <param name="openedAt">Timestamp of the node's clock.</param>
/// <param name="closed">Told when it is closed.</param>
internal sealed class OpenView(ReadView view, string purpose, long openedAt, Action<OpenView> closed) : IDisposable
{
    /// <summary>The view.</summary>
    public ReadView View => view;

    /// <summary>Who holds it and what for.</summary>
    public string Purpose => purpose;

    /// <summary>Timestamp of the node's clock.</summary>
    public long OpenedAt => openedAt;

    /// <summary>Whether it was reported. For <see cref="OpenViews"/>.</summary>
    public bool IsReported { get; set; }

    /// <summary>Where it stands among the open ones; null when it does not any more. For <see cref="OpenViews"/>.</summary>
    public LinkedListNode<OpenView>? Place { get; set; }

    /// <summary>Closes it because it was open for too long.</summary>
    public void Expire()
    {
        view.Expire();
        closed(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        view.Dispose();
        closed(this);
    }
}
